/* The window on the picture: it scrolls as everything in a browser does.
   Drawn is what can be seen and as much to its left and right; only who
   scrolls further than that has it drawn anew. */
'use strict';

(function (p) {
    const view = p.view = {from: 0, to: -1};
    const part = (id) => document.getElementById(id);
    p.selected = -1;
    p.matched = new Set();
    p.chosen = null;

    function room() {
        return part('scroll').clientWidth - part('names').offsetWidth;
    }

    function drawAxis() {
        const svg = p.svg('svg', {width: view.to - view.from, height: 20});
        for (const [x, words] of p.axis.marks(view.from, view.to, 90)) {
            svg.append(p.svg('line', {x1: x - view.from, x2: x - view.from,
                y1: 14, y2: 20, class: 'tick'}));
            if (x > view.from + 30 || view.from === 0)
                svg.append(p.svg('text', {x: x - view.from, y: 11,
                    class: 'mark', 'text-anchor': x < 30 ? 'start' :
                        'middle'}, words));
        }
        part('marks').replaceChildren(svg);
        part('marks').style.left = (part('names').offsetWidth + view.from) +
            'px';
    }

    p.redraw = function () {
        const scroll = part('scroll'), wide = room();
        view.from = Math.max(0, Math.floor(scroll.scrollLeft - wide));
        view.to = Math.min(Math.ceil(p.axis.width),
            Math.ceil(scroll.scrollLeft + 2 * wide));
        view.to = Math.max(view.to, view.from + Math.ceil(wide));
        const svg = p.svg('svg', {width: view.to - view.from,
            height: p.rowsLayout.height});
        p.draw(svg, view);
        part('drawing').replaceChildren(svg);
        part('drawing').style.left = (part('names').offsetWidth +
            view.from) + 'px';
        drawAxis();
        p.showWindow(scroll.scrollLeft, wide);
    };

    function scrolled() {
        const scroll = part('scroll'), left = scroll.scrollLeft;
        p.hideDetails();
        p.showWindow(left, room());
        const need = left < view.from + room() / 4 && view.from > 0;
        const more = left + room() * 1.25 > view.to &&
            view.to < p.axis.width;
        if (need || more)
            p.redraw();
    }

    /* After a change of the axis, its scale or the folds. */
    p.relayout = function () {
        p.axis.layout();
        for (const lane of p.rows)
            lane.xs = lane.events.map((n) => p.axis.xs[n]);
        const names = part('names').offsetWidth;
        part('world').style.width = Math.max(Math.ceil(p.axis.width),
            room()) + names + 'px';
        part('world').style.height = p.rowsLayout.height + 20 + 'px';
        p.drawOverview();
    };

    /* Do it, and keep what is at x (pixels of the window) where it is. */
    p.keeping = function (change) {
        const scroll = part('scroll'), xs = p.axis.xs, wide = room();
        const visible = (n) => n >= 0 && xs[n] >= scroll.scrollLeft &&
            xs[n] <= scroll.scrollLeft + wide;
        let n = p.selected;
        if (!visible(n))
            n = p.chosen ? p.chosen.events.find(visible) : -1;
        if (n === undefined || !visible(n))
            n = Math.min(xs.length - 1, p.lowerBound(xs,
                scroll.scrollLeft + wide / 2));
        const at = n >= 0 ? xs[n] - scroll.scrollLeft : 0;
        change();
        p.relayout();
        if (n >= 0)
            scroll.scrollLeft = p.axis.xs[n] - Math.min(at, wide);
        p.redraw();
    };

    p.zoom = (factor) => p.keeping(() => p.axis.zoom(factor));

    p.fit = () => p.keeping(() => p.axis.set(p.axis.fitting(p.axis.room)));

    p.setAxis = function (mode) {
        part(mode === 'order' ? 'by-order' : 'by-time').checked = true;
        part('fold-group').classList.toggle('off', mode !== 'order' ||
            !p.folds.length);
        p.keeping(() => {
            p.axis.mode = mode;
            if (mode === 'time' && !p.axis.scale)
                p.axis.set(p.axis.fitting(p.axis.room));
        });
        p.bringIntoView(p.selected >= 0 ? [p.selected] :
            p.chosen ? p.chosen.events : []);
    };

    p.unfold = function (fold) {
        fold.open = true;
        const all = p.folds.every((f) => f.open);
        part('fold').checked = !all;
        part('fold').indeterminate = !all;
        p.keeping(() => {});
    };

    /* The lower part of the picture may be below the window. */
    function visibleHeight() {
        const scroll = part('scroll'), all = scroll.clientHeight;
        const seen = innerHeight - scroll.getBoundingClientRect().top;
        return seen < 200 ? all : Math.min(seen, all);
    }

    /* Scroll so that the events are seen, the last of them for certain. */
    p.bringIntoView = function (events) {
        if (!events.length)
            return;
        const scroll = part('scroll'), wide = room(), xs = p.axis.xs;
        const all = events.map((n) => xs[n]);
        const first = Math.min(...all), last = Math.max(...all);
        const seen = first >= scroll.scrollLeft + 10 &&
            last <= scroll.scrollLeft + wide - 120;
        if (!seen)
            scroll.scrollLeft = last - first > wide - 160 ?
                last - wide + 160 : (first + last - wide + 100) / 2;
        const lanes = events.map((n) =>
            p.model.lanes[p.model.events[n].lane]);
        const top = Math.min(...lanes.map((lane) => lane.top));
        const bottom = Math.max(...lanes.map((lane) => lane.bottom)) + 20;
        const high = visibleHeight();
        if (top < scroll.scrollTop || bottom - top > high)
            scroll.scrollTop = top;
        else if (bottom > scroll.scrollTop + high)
            scroll.scrollTop = Math.min(...p.rows.map((lane) => lane.top)
                .filter((y) => y >= bottom - high));
    };

    /* Without scrolling the page as well. */
    function canBeSeen(lane) {
        return lane.bottom + 20 - visibleHeight() <=
            part('scroll').scrollHeight - part('scroll').clientHeight;
    }

    /* Without findings: the first time that a process waits for another, or
       at least has a lock, with what led to it. */
    p.showFirst = function () {
        const spans = p.model.spans.filter((span) => p.model.objects[
            span.object] && !p.foldOf(span.from));
        const waits = spans.filter((s) => /^(blocked|asleep)$/.test(s.kind));
        const low = waits.filter((s) => canBeSeen(p.model.lanes[s.lane]));
        const first = [low, waits, spans].find((l) => l.length || l === spans)
            .reduce((a, b) => a && a.from <= b.from ? a : b, null);
        const x = first ? p.axis.xs[first.from] : 0;
        if (x > p.axis.room - 160)
            part('scroll').scrollLeft = x - p.axis.room * 0.6;
        if (first)
            p.bringIntoView([first.from]);
        p.redraw();
    };

    p.resize = function () {
        p.axis.room = room();
    };

    p.startView = function () {
        let pending = false;
        part('scroll').addEventListener('scroll', () => {
            if (!pending)
                requestAnimationFrame(() => {
                    pending = false;
                    scrolled();
                });
            pending = true;
        }, {passive: true});
        new ResizeObserver(() => {
            if (room() === p.axis.room || !room())
                return;
            p.resize();
            p.keeping(() => {
                if (p.axis.mode === 'time')
                    p.axis.set(p.axis.scale);
            });
        }).observe(part('scroll'));
    };
})(picture);
