/* The whole run in one narrow strip: the bars of all lanes, marks where the
   findings are, and a frame around what the window shows. A click goes
   there. It is left out where the window shows all. */
'use strict';

(function (p) {
    const part = (id) => document.getElementById(id);
    const WIDE = 1000, LINE = 3, AXIS = 20;
    let frame;

    function scaled(x) {
        return Math.round(x * WIDE / p.axis.width * 10) / 10;
    }

    function lanePaths(svg, lane, y) {
        const paths = {};
        const ends = {};
        for (const span of lane.spans) {
            const [a, b] = p.spanEnds(span).map(scaled);
            const name = p.barClass(span);
            if (b <= (ends[name] || -1) + 0.5)
                continue;
            ends[name] = b;
            paths[name] = (paths[name] || '') + 'M' + a + ',' + y + 'H' +
                Math.max(b, a + 0.5);
        }
        for (const name in paths)
            svg.append(p.svg('path', {d: paths[name],
                class: 'mini ' + name}));
    }

    p.drawOverview = function () {
        const high = Math.max(12, p.rows.length * LINE + 4);
        const svg = p.svg('svg', {viewBox: '0 0 ' + WIDE + ' ' + high,
            preserveAspectRatio: 'none', height: Math.min(high, 90)});
        p.rows.forEach((lane, row) => {
            const y = 3 + row * LINE;
            if (lane.events.length)
                svg.append(p.svg('path', {class: 'mini life', d: 'M' +
                    scaled(lane.xs[0]) + ',' + y + 'H' +
                    scaled(lane.xs[lane.xs.length - 1])}));
            lanePaths(svg, lane, y);
        });
        for (const finding of p.model.findings)
            for (const n of finding.events)
                svg.append(p.svg('rect', {x: scaled(p.axis.xs[n]) - 1, y: 0,
                    width: 2, height: high, class: 'mini found'}));
        frame = p.svg('rect', {class: 'frame', 'data-high': high});
        svg.append(frame);
        part('overview').replaceChildren(svg);
    };

    p.showWindow = function (left, wide) {
        part('overview').classList.toggle('all', p.axis.width <= wide + 1);
        if (!frame)
            return;
        frame.setAttribute('x', scaled(left));
        frame.setAttribute('width', Math.max(2, scaled(wide)));
        const scroll = part('scroll'), all = p.rowsLayout.height + AXIS;
        const high = Number(frame.dataset.high) - 1;
        frame.setAttribute('y', 0.5 + high *
            Math.min(1, scroll.scrollTop / all));
        frame.setAttribute('height', high *
            Math.min(1, scroll.clientHeight / all));
    };

    function go(event) {
        const box = part('overview').getBoundingClientRect();
        const x = (event.clientX - box.left) / box.width * p.axis.width;
        const scroll = part('scroll');
        scroll.scrollLeft = x - p.axis.room / 2;
        scroll.scrollTop = (event.clientY - box.top) / box.height *
            (p.rowsLayout.height + AXIS) - scroll.clientHeight / 2;
    }

    p.startOverview = function () {
        const strip = part('overview');
        strip.addEventListener('pointerdown', (event) => {
            strip.setPointerCapture(event.pointerId);
            go(event);
        });
        strip.addEventListener('pointermove', (event) => {
            if (event.buttons & 1)
                go(event);
        });
    };
})(picture);
