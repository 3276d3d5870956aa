/* One stretch of the picture, from world pixel view.from to view.to: what is
   on the screen, or one strip of a printed page. */
'use strict';

(function (p) {
    const rows = p.rowsLayout;
    const KIN = ['fork', 'exit', 'join', 'create-thread'];

    function lifeEnds(lane) {
        return [p.axis.xs[lane.from], p.deathOf(lane)];
    }

    /* Whether the lane has anything in a stretch. */
    p.livesIn = function (lane, from, to) {
        const [first, last] = lifeEnds(lane);
        return lane.events.length > 0 && first <= to && last >= from;
    };

    function drawLane(group, lane, view) {
        const wide = view.to - view.from;
        const chosen = p.chosen && p.chosen.lanes.includes(lane.id);
        group.append(p.svg('rect', {x: 0, y: lane.top, width: wide,
            height: lane.bottom - lane.top, class: 'band' +
            (lane.band % 2 ? ' odd' : '') + (chosen ? ' chosen' : '')}));
        if (lane.from < 0 || !lane.events.length)
            return;
        const [from, to] = lifeEnds(lane);
        if (to < view.from || from > view.to)
            return;
        const left = Math.max(from, view.from - 9);
        group.append(p.svg('rect', {class: 'life', x: left - view.from,
            y: rows.trackY(lane, 0) - 2.5, height: 5,
            width: Math.max(1, Math.min(to, view.to + 9) - left)}));
        /* It went on, but its last events are among those left out. */
        if (p.model.left_out > 0 && lane.end && to === p.axis.xs[lane.to] &&
            !/^(exit|killed)$/.test(p.model.events[lane.to].kind))
            group.append(p.svg('path', {class: 'dots more', d: 'M' +
                (to + 9 - view.from) + ',' + rows.trackY(lane, 0) + 'h22'},
            p.svg('title', {}, 'its other events are not drawn')));
    }

    /* Which events are drawn as what: a square for an end, a cross for a
       killing, a diamond for what went wrong, a triangle for a wake-up. */
    function dot(event, x, y) {
        if (event.bad)
            return ['path', {d: 'M' + x + ',' + (y - 7) + 'l7,7l-7,7l-7,-7z'}];
        switch (event.kind) {
        case 'exit':
            return ['rect', {x: x - 4.5, y: y - 4.5, width: 9, height: 9}];
        case 'killed':
            return ['path', {d: 'M' + (x - 5) + ',' + (y - 5) +
                'l10,10m-10,0l10,-10'}];
        case 'signal': case 'broadcast': case 'post':
            return ['path', {d: 'M' + (x - 4) + ',' + (y - 5.5) +
                'l9,5.5l-9,5.5z'}];
        default:
            return ['circle', {cx: x, cy: y, r: 3.6}];
        }
    }

    /* Dots that would touch each other are made small. */
    function dense(event) {
        const xs = p.model.lanes[event.lane].xs, at = event.rank;
        return !event.bad && (xs[at] - xs[at - 1] < 8 ||
            xs[at + 1] - xs[at] < 8);
    }

    function drawEvent(group, event, view) {
        const x = p.axis.xs[event.n] - view.from, y = rows.eventY(event.n);
        const [tag, attributes] = dense(event) ?
            ['circle', {cx: x, cy: y, r: 1.7}] : dot(event, x, y);
        attributes.class = 'event ' + event.kind + (event.bad ? ' bad' : '') +
            (dense(event) ? ' small' : '');
        attributes['data-event'] = event.n;
        if (p.matched.has(event.n))
            group.append(p.svg('circle', {cx: x, cy: y, r: 8,
                class: 'match'}));
        group.append(p.svg(tag, attributes));
        if (p.selected === event.n && !view.print)
            group.append(p.svg('circle', {cx: x, cy: y, r: 11,
                class: 'selected'}));
    }

    /* The steps of the chosen finding are numbered, as they are in its
       words. */
    function drawNumber(group, texts, number, n, view) {
        const x = p.axis.xs[n] - view.from, y = rows.eventY(n);
        group.append(p.svg('circle', {cx: x, cy: y, r: 8.5, class: 'step',
            'data-event': n}));
        texts.append(p.svg('text', {x: x, y: y + 4, 'text-anchor': 'middle',
            class: 'step-text'}, String(number)));
    }

    function drawEvents(group, texts, lane, view) {
        const steps = p.chosen ? p.chosen.events : [];
        let last = -Infinity, numbered = -Infinity;
        let rank = p.lowerBound(lane.xs, view.from - 12);
        const later = [];
        for (; rank < lane.xs.length && lane.xs[rank] <= view.to + 12;
            rank++) {
            const n = lane.events[rank], x = lane.xs[rank];
            const event = p.model.events[n], step = steps.indexOf(n);
            if (p.foldOf(n))
                continue;
            if (step >= 0 && x - numbered >= 18) {
                later.push([step + 1, n]);
                numbered = x;
            } else if (x - last >= 2.5 || event.bad || n === p.selected ||
                p.matched.has(n)) {
                drawEvent(group, event, view);
                last = x;
            }
        }
        for (const [number, n] of later)
            drawNumber(group, texts, number, n, view);
    }

    function rankOf(event) {
        if (p.chosen && p.chosen.events.includes(event.n))
            return 0;
        if (event.n === p.selected || p.matched.has(event.n))
            return 1;
        return event.findings.length || event.bad ? 2 : 3;
    }

    /* Where an arrow comes or goes, its label steps aside. */
    function arrowSides(event, lane) {
        const sides = {};
        for (const arrow of event.arrows) {
            const other = p.model.events[arrow.from === event.n ? arrow.to :
                arrow.from];
            const row = p.model.lanes[other.lane].row;
            if (row !== lane.row)
                sides[row < lane.row ? 'above' : 'below'] = true;
        }
        return sides;
    }

    function wishesOf(lane, view) {
        const above = [], below = [], model = p.model;
        let rank = p.lowerBound(lane.xs, view.from - (view.print ? 0 : 320));
        for (; rank < lane.xs.length && lane.xs[rank] <= view.to; rank++) {
            const n = lane.events[rank], event = model.events[n];
            if (p.foldOf(n))
                continue;
            const x = lane.xs[rank], next = lane.xs[rank + lane.lines];
            const wish = {share: next === undefined ? Infinity : next - x,
                rank: rankOf(event), n: n};
            const side = arrowSides(event, lane);
            above.push(Object.assign({text: event.text, bad: event.bad,
                font: event.bad ? 'bad' : 'label',
                x: x + (side.above ? 9 : -4)}, wish));
            const place = model.places[event.place];
            if (place)
                below.push(Object.assign({text: p.lineName(place) + ' ' +
                    p.source(place), short: p.lineName(place),
                font: 'source', x: x + (side.below ? 9 : -4)}, wish));
        }
        return [above, below];
    }

    function drawLabels(texts, lane, view) {
        const end = Math.min(p.axis.width - 8, view.print ? view.to - 4 :
            Infinity);
        const [above, below] = wishesOf(lane, view);
        for (const wish of p.place(above, lane.lines, end))
            texts.append(p.svg('text', {x: wish.x - view.from,
                y: lane.bars - 5 - wish.line * rows.text,
                class: 'label' + (wish.bad ? ' bad' : '') +
                (wish.rank === 0 ? ' chosen' : '')}, wish.shown));
        for (const wish of p.place(below, lane.lines, end))
            texts.append(p.svg('text', {x: wish.x - view.from,
                y: lane.below + 12 + wish.line * rows.source,
                class: 'source' + (wish.rank === 0 ? ' chosen' : '')},
            wish.shown));
    }

    function drawArrow(group, arrow, view, faint) {
        const xs = p.axis.xs, events = p.model.events;
        const a = xs[arrow.from] - view.from, b = xs[arrow.to] - view.from;
        const fold = p.foldOf(arrow.from);
        if (fold && arrow.to >= fold.first && arrow.to <= fold.last)
            return;
        const from = rows.eventY(arrow.from), to = rows.eventY(arrow.to);
        const down = to > from ? 1 : -1, bend = (to - from) * 0.5;
        const lean = Math.min(60, Math.abs(b - a) / 2);
        const kin = KIN.includes(arrow.kind);
        const hidden = [arrow.from, arrow.to].filter((n) =>
            p.model.lanes[events[n].lane].hidden).length;
        if (hidden > (kin ? 0 : 1))
            return;
        const kind = kin ? 'kin' : arrow.kind === 'kill' ? 'kill' : 'wake';
        const chosen = p.chosen && p.chosen.events.includes(arrow.from) &&
            p.chosen.events.includes(arrow.to);
        if (events[arrow.from].lane === events[arrow.to].lane)
            return;
        const middle = (from + to) / 2;
        group.append(p.svg('path', {class: 'arrow ' + kind +
            (chosen ? ' chosen' : faint ? ' faint' : ''), 'marker-end':
            'url(#head-' + kind + ')', d: 'M' + a + ',' +
            (from + 5 * down) + ' C' + (a + lean) + ',' + (from + bend) +
            ' ' + (b - lean) + ',' + (middle) + ' ' + b + ',' +
            (to - (chosen ? 10 : 6) * down)},
        p.svg('title', {}, arrow.text)));
    }

    /* Of arrows that begin and end as good as there, one will do. */
    function spotOf(n) {
        return p.model.events[n].lane + ':' + Math.round(p.axis.xs[n] / 4);
    }

    /* Append the stretch to an SVG element. */
    p.draw = function (where, view) {
        const back = p.svg('g', {}), bars = p.svg('g', {});
        const arrows = p.svg('g', {}), dots = p.svg('g', {});
        const texts = p.svg('g', {class: 'texts'});
        const shown = p.rows.filter((lane) => !lane.hidden);
        for (const lane of shown)
            drawLane(back, lane, view);
        for (const lane of shown) {
            p.drawBars(bars, texts, lane, view);
            drawEvents(dots, texts, lane, view);
            drawLabels(texts, lane, view);
        }
        p.drawFolds(bars, texts, view);
        const seen = p.model.arrows.filter((arrow) =>
            p.axis.xs[arrow.from] < view.to &&
            p.axis.xs[arrow.to] > view.from);
        const faint = seen.length * 40 > view.to - view.from;
        const drawn = new Set();
        for (const arrow of seen) {
            const key = spotOf(arrow.from) + ' ' + spotOf(arrow.to);
            if (!drawn.has(key) || (p.chosen &&
                p.chosen.events.includes(arrow.to)))
                drawArrow(arrows, arrow, view, faint);
            drawn.add(key);
        }
        where.append(back, bars, arrows, dots, texts);
    };
})(picture);
