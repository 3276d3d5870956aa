/* The bars of a lane: what it holds, what it waits for, and the folded
   columns. A bar says its own name where no event is in the way. */
'use strict';

(function (p) {
    const AGAIN = 460; /* a long bar repeats its name, for it is scrolled */

    const isHold = (span) => /hold$/.test(span.kind);

    /* Where the life of a lane ends: at the right if it did not. */
    p.deathOf = function (lane) {
        const last = p.model.events[lane.to];
        const ended = lane.end ? lane.end !== 'still there' :
            last && /^(exit|killed)$/.test(last.kind); /* a thread's */
        return ended ? p.axis.xs[lane.to] :
            p.axis.width - (lane.stuck ? 30 : 12);
    };

    /* The dead wait no more, but what they held stays locked. */
    p.spanEnds = function (span) {
        const xs = p.axis.xs, lane = p.model.lanes[span.lane];
        const from = xs[span.from];
        if (span.to >= 0)
            return [from, xs[span.to]];
        return [from, isHold(span) ? Math.max(p.deathOf(lane),
            p.axis.width - 30) : Math.max(from, p.deathOf(lane))];
    };

    function names(span) {
        const object = p.model.objects[span.object];
        if (!object || !object.letter)
            return [span.text, object ? object.name : ''];
        return [object.letter + ': ' + span.text,
            object.letter + ' ' + object.name, object.letter];
    }

    /* What of a gap is not in a folded column. */
    function besideFolds(gap) {
        const free = [];
        let left = gap[0];
        for (const fold of p.axis.folds) {
            if (fold.x > gap[1] || fold.x + fold.width < left)
                continue;
            free.push([left, fold.x]);
            left = fold.x + fold.width;
        }
        free.push([left, gap[1]]);
        return free;
    }

    /* The gaps between the events of the lane that lie on this bar. */
    function gaps(lane, from, to, view) {
        const found = [], xs = p.axis.xs;
        let left = Math.max(from, view.from - AGAIN);
        const end = Math.min(to, view.to + AGAIN);
        let rank = p.lowerBound(lane.xs, left);
        for (; rank < lane.xs.length && lane.xs[rank] <= end; rank++) {
            found.push([left, lane.xs[rank]]);
            left = lane.xs[rank];
        }
        found.push([left, end]);
        const clear = lane.numbered ? 13 : 9;
        return found.flatMap(besideFolds)
            .map((gap) => [gap[0] + clear, gap[1] - clear])
            .filter((gap) => gap[1] - gap[0] > 8 && xs.length);
    }

    function write(group, span, lane, ends, y, view) {
        if (lane.track < 15)
            return;
        const texts = names(span).filter((text) => text);
        const last = texts[texts.length - 1] || '';
        const held = span.kind === 'hold';
        let next = -Infinity;
        for (const [from, to] of gaps(lane, ends[0], ends[1], view)) {
            for (let x = Math.max(from, next); ; x = next) {
                const text = texts.find((t) => p.widthOf(t, 'bar') <= to - x);
                const short = text === last && text.length < 4;
                if (!text || (short && next > -Infinity))
                    break;
                const wide = p.widthOf(text, 'bar');
                if (!isHold(span))
                    group.append(p.svg('rect', {x: x - view.from - 2,
                        y: y - 7, width: wide + 3, height: 14, rx: 2,
                        class: 'paper'}));
                group.append(p.svg('text', {x: x - view.from, y: y + 4,
                    class: 'bar-text ' + (held ? 'on-' : '') +
                    p.barClass(span).replace(/^.* /, '')}, text));
                next = x + wide + AGAIN;
            }
        }
    }

    /* A lock that is still held by a dead one: thin, and in words. */
    function drawLeft(group, texts, span, from, to, y, view) {
        const object = p.model.objects[span.object];
        const look = 'left ' + p.barClass(span).replace(/^.* /, '');
        const text = (object && object.letter ? object.letter + ' ' : '') +
            'still held';
        const wide = p.widthOf(text, 'bar');
        let x = Math.max(from, view.from - AGAIN - wide);
        const end = Math.min(to, view.to + AGAIN);
        function thin(until) {
            if (until - x >= 2)
                group.append(p.svg('rect', {x: x - view.from, y: y - 2,
                    width: until - x, height: 4, class: look}));
        }
        for (let at = x + 14; at + wide < end - 4; at = x + AGAIN) {
            thin(at - 4);
            texts.append(p.svg('text', {x: at - view.from, y: y + 4,
                class: 'bar-text'}, text));
            x = at + wide + 4;
        }
        thin(end);
    }

    p.drawBars = function (group, texts, lane, view) {
        let drawn = -1;
        for (const span of lane.spans) {
            const ends = p.spanEnds(span);
            const all = ends[1], death = p.deathOf(lane);
            if (all < view.from || ends[0] > view.to)
                continue;
            const fold = p.foldOf(span.from);
            if (fold && span.to >= 0 && span.to <= fold.last)
                continue;
            /* What is narrower than a pixel is drawn once for all. */
            const pixel = Math.floor(ends[1] * 2) * 8 + span.track;
            if (ends[1] - ends[0] < 0.5 && pixel === drawn)
                continue;
            drawn = pixel;
            const y = p.rowsLayout.trackY(lane, span.track);
            if (isHold(span) && death < all) {
                ends[1] = Math.max(ends[0], death);
                drawLeft(group, texts, span, ends[1], all, y, view);
            }
            const thick = lane.track - (span.kind === 'hold' ? 4 : 6);
            const from = Math.max(ends[0], view.from - 50);
            const to = Math.min(ends[1], view.to + 50);
            const stuck = span.to < 0 && lane.stuck && !isHold(span);
            const object = p.model.objects[span.object];
            if (to >= from)
                group.append(...p.bar(span.kind === 'hold' && object &&
                    object.striped ? 'striped' : span.kind, (stuck ?
                    'stuck ' : '') + p.barClass(span), {x: from - view.from,
                    y: y - thick / 2, width: Math.max(1, to - from),
                    height: thick}));
            write(texts, span, lane, ends, y, view);
            if (stuck && ends[1] <= view.to + 50)
                group.append(p.infinity(ends[1] + 16 - view.from, y));
        }
    };

    p.drawFolds = function (group, texts, view) {
        for (const fold of p.axis.folds) {
            if (fold.x + fold.width < view.from || fold.x > view.to)
                continue;
            const x = fold.x - view.from, wide = fold.width;
            group.append(p.svg('rect', {x: x, y: 0, width: wide,
                height: p.rowsLayout.height, class: 'fold-column',
                'data-fold': fold.first}));
            for (const lane of p.rows) {
                const share = fold.shares.get(lane.id);
                if (!share || lane.hidden)
                    continue;
                const y = lane.bars, high = lane.tracks * lane.track;
                group.append(p.svg('rect', {x: x + 3, y: y + 1,
                    width: wide - 6, height: high - 2, rx: 3,
                    class: 'fold-box'}));
                Array.from(share.objects).slice(0, 6).forEach((id, i) => {
                    const object = p.model.objects[id];
                    group.append(p.svg('rect', {x: x + 6 + i * 8,
                        y: y + high - 6, width: 7, height: 3,
                        class: 'lock' + (object.letter ? object.colour :
                            'none')}));
                });
                const text = (share.times > 1 ? ['\u00d7 ' + share.times,
                    String(share.times)] : []).concat('\u2026')
                    .find((t) => p.widthOf(t, 'bar') <= wide - 8);
                if (text)
                    texts.append(p.svg('text', {x: x + wide / 2,
                        y: y + Math.min(high, 20) / 2 + 2,
                        'text-anchor': 'middle', class: 'fold-text'}, text));
            }
        }
    };
})(picture);
