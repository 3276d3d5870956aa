/* On paper nothing scrolls: the picture is cut into strips as wide as the
   page, each with the names of the lanes. */
'use strict';

(function (p) {
    const part = (id) => document.getElementById(id);
    const PAGE = 1020, NAMES = 130; /* wide, the names among it */
    const MOST = 24;                /* strips: more than that is no paper */
    const COLUMN = 56, LEAST = 40;  /* of a column */

    function strip(from, to) {
        const high = p.rowsLayout.height + 20;
        const svg = p.svg('svg', {viewBox: '0 0 ' + PAGE + ' ' + high,
            class: 'strip', role: 'img', 'aria-label': 'a strip'});
        const inner = p.svg('svg', {x: NAMES, y: 20, width: PAGE - NAMES,
            height: p.rowsLayout.height});
        p.draw(inner, {from: from, to: to, print: true});
        for (const [x, words] of p.axis.marks(from, to - 40, 90))
            svg.append(p.svg('text', {x: NAMES + x - from, y: 13,
                class: 'mark'}, words));
        for (const lane of p.rows) {
            const y = lane.bars + 11;
            svg.append(p.svg('text', {x: 2, y: y, class: 'strip-name' +
                (lane.stuck ? ' stuck' : '')}, p.cut((lane.stuck ?
                '\u221e ' : '') + lane.name, lane.stuck ? 'bad' : 'label',
            NAMES - 14)));
            svg.append(p.svg('text', {x: 2, y: y + 16, class: 'source'},
                (lane.thread ? 'thread ' + lane.tid : String(lane.pid))));
        }
        svg.append(inner);
        return svg;
    }

    function prepare() {
        const strips = part('strips'), axis = p.axis;
        if (strips.childElementCount)
            return;
        const before = {column: axis.column, scale: axis.scale};
        const wide = PAGE - NAMES;
        const all = axis.fitting(wide);
        if (axis.mode === 'order')
            axis.set(all > LEAST ? Math.min(all, 120) : COLUMN);
        else if (axis.width < wide * 1.5)
            axis.set(all);
        if (axis.width > MOST * wide)
            axis.set(axis.fitting(MOST * wide));
        p.relayout();
        for (let x = 0; x < axis.width - 20; x += wide)
            strips.append(strip(x, x + wide));
        Object.assign(axis, before);
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
