/* On paper nothing scrolls: the picture is cut into strips as wide as the
   page, each with the names of the lanes. */
'use strict';

(function (p) {
    const part = (id) => document.getElementById(id);
    const PAGE = 1020, NAMES = 130; /* wide, the names among it */
    const HIGH = 640;               /* as wide, a page is so high; a strip */
    const SMALL = 1.4;              /* is drawn smaller, but not by more */
    const MOST = 24;                /* strips: more than that is no paper */
    const COLUMN = 0.7, LEAST = 40; /* of a column as it is on the screen */
    const FEW = 4;                  /* lanes that are in every strip */

    function strip(page, lanes, from, to) {
        p.rowsLayout.layout(lanes);
        const high = p.rowsLayout.height + 20;
        const svg = p.svg('svg', {viewBox: '0 0 ' + page + ' ' + high,
            class: 'strip', role: 'img', 'aria-label': 'a strip'});
        const inner = p.svg('svg', {x: NAMES, y: 20, width: to - from,
            height: p.rowsLayout.height});
        p.draw(inner, {from: from, to: to, print: true});
        for (const [x, words] of p.axis.marks(from, to - 40, 90))
            svg.append(p.svg('text', {x: NAMES + x - from, y: 13,
                class: 'mark'}, words));
        for (const lane of lanes) {
            const y = lane.bars + 11;
            svg.append(p.svg('text', {x: 2, y: y, class: 'strip-name' +
                (lane.stuck ? ' stuck' : '')}, p.cut((lane.stuck ?
                '\u221e ' : '') + lane.name, lane.stuck ? 'bad' : 'label',
            NAMES - 14)));
            svg.append(p.svg('text', {x: 2, y: y + 17, class: 'source'},
                (lane.thread ? 'thread ' + lane.tid : String(lane.pid))));
        }
        svg.append(inner);
        return svg;
    }

    /* Where the strip that begins at `from' ends: between two columns. */
    function cut(from, wide) {
        const xs = p.axis.xs, to = from + wide;
        const n = p.lowerBound(xs, to - 16);
        const fold = p.foldOf(n);
        const before = fold ? fold.x - 3 : xs[n] - 16;
        return p.axis.mode === 'order' && before > from + wide / 2 ?
            Math.min(to, before) : to;
    }

    /* The lanes of a strip, in as many parts as it takes to read them. */
    function parts(from, to) {
        const lanes = p.rows.length <= FEW ? p.rows :
            p.rows.filter((lane) => p.livesIn(lane, from, to));
        p.rowsLayout.layout(lanes);
        const number = Math.ceil(p.rowsLayout.height / (HIGH * SMALL));
        const each = Math.ceil(lanes.length / Math.max(1, number));
        const found = [];
        for (let at = 0; at < lanes.length; at += each)
            found.push(lanes.slice(at, at + each));
        return found;
    }

    function draw(strips, page, wide) {
        for (let from = 0; from < p.axis.width - 20;) {
            const to = cut(from, wide);
            for (const lanes of parts(from, to))
                strips.append(strip(page, lanes, from, to));
            from = to;
        }
    }

    /* How much smaller the highest strip must be to fit a page. */
    function smaller(wide) {
        let most = 1;
        for (let from = 0; from < p.axis.width - 20; from += wide)
            for (const lanes of parts(from, from + wide)) {
                p.rowsLayout.layout(lanes);
                most = Math.max(most, p.rowsLayout.height / HIGH);
            }
        return Math.min(most, SMALL);
    }

    function prepare() {
        const strips = part('strips'), axis = p.axis;
        if (strips.childElementCount)
            return;
        const before = {column: axis.column, scale: axis.scale};
        let wide = PAGE - NAMES;
        const all = axis.fitting(wide);
        if (axis.mode === 'order')
            axis.set(all > LEAST ? Math.min(all, 120) :
                axis.readable(LEAST / COLUMN) * COLUMN);
        else if (axis.width < wide * 1.5)
            axis.set(all);
        if (axis.width > MOST * wide)
            axis.set(axis.fitting(MOST * wide));
        p.relayout();
        const page = PAGE * smaller(wide);
        wide = page - NAMES;
        draw(strips, page, wide);
        Object.assign(axis, before);
        p.rowsLayout.layout();
        p.relayout();
    }

    function forget() {
        part('strips').replaceChildren();
    }

    p.startPaper = function () {
        addEventListener('beforeprint', prepare);
        addEventListener('afterprint', forget);
        matchMedia('print').addEventListener('change', (change) =>
            change.matches ? prepare() : forget());
        if (matchMedia('print').matches)
            prepare();
    };
})(picture);
