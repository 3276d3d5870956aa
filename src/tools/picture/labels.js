/* Labels never overlap. Each lane has lines for text above its bars and
   below them; a label is placed on the first line where it finds room, cut
   off if it must be, and left out if there is none: pointing at the event
   shows it, and zooming in makes room. The important ones choose first. */
'use strict';

(function (p) {
    const GAP = 7;         /* between two labels of a line */
    const LEAST = 34;      /* a label cut shorter than this says nothing */
    const MORE = 9;        /* letters: with fewer, the short form is as good */
    const GENEROUS = 250;  /* what an important label may take */
    const pen = document.createElement('canvas').getContext('2d');
    const widths = new Map();
    let fonts = {};

    p.readFonts = function () {
        const style = getComputedStyle(document.documentElement);
        for (const name of ['label', 'bad', 'source', 'bar', 'mark'])
            fonts[name] = style.getPropertyValue('--' + name + '-font').trim();
        widths.clear();
    };

    p.widthOf = function (text, font) {
        const key = font + text;
        let width = widths.get(key);
        if (width === undefined) {
            pen.font = fonts[font];
            width = Math.ceil(pen.measureText(text).width) + 1;
            if (widths.size > 20000)
                widths.clear();
            widths.set(key, width);
        }
        return width;
    };

    /* As much of the text as fits, or '' if that were next to nothing. */
    p.cut = function (text, font, room) {
        if (p.widthOf(text, font) <= room)
            return text;
        if (room < LEAST)
            return '';
        const letters = Array.from(text);
        let low = 0, high = letters.length;
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            const head = letters.slice(0, middle).join('') + '\u2026';
            if (p.widthOf(head, font) <= room)
                low = middle;
            else
                high = middle - 1;
        }
        return low < 4 ? '' : letters.slice(0, low).join('') + '\u2026';
    };

    /* One line of text: intervals that are taken, in order. */
    class Line {
        constructor() {
            this.taken = [];
        }

        /* How much room there is to the right of x. */
        room(x) {
            for (const [from, to] of this.taken) {
                if (to + GAP <= x)
                    continue;
                return from - GAP - x;
            }
            return Infinity;
        }

        take(x, width) {
            const at = this.taken.findIndex((other) => other[0] > x);
            this.taken.splice(at < 0 ? this.taken.length : at, 0,
                [x, x + width]);
        }
    }

    /* Of a text that has a short form, a few letters more say no more. */
    function fitting(wish, room) {
        const text = p.cut(wish.text, wish.font, room), short = wish.short;
        if (!short || text === wish.text ||
            text.length >= short.length + MORE)
            return text;
        return p.widthOf(short, wish.font) <= room ? short : '';
    }

    /* Place the wishes {x, text, short, font, share, rank}: `share' is the
       room that is fair, up to the label that would come next on the same
       line; rank 0 is placed first. Each that finds room gets line and
       shown. Nothing goes beyond `end'. */
    p.place = function (wishes, count, end) {
        const lines = Array.from({length: count}, () => new Line());
        const order = wishes.slice().sort((a, b) => a.rank - b.rank ||
            a.x - b.x);
        for (const wish of order) {
            const fair = Math.min(end - wish.x,
                wish.rank < 2 ? GENEROUS : wish.share - GAP);
            let best = '';
            for (let i = 0; i < count; i++) {
                const room = Math.min(fair, lines[i].room(wish.x));
                const text = fitting(wish, room);
                if (text.length > best.length) {
                    best = text;
                    wish.line = i;
                }
                if (best === wish.text)
                    break;
            }
            wish.shown = best;
            if (best)
                lines[wish.line].take(wish.x, p.widthOf(best, wish.font));
        }
        return wishes.filter((wish) => wish.shown);
    };
})(picture);
