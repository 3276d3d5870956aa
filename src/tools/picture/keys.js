/* The keyboard does all that the pointer does. */
'use strict';

(function (p) {
    const part = (id) => document.getElementById(id);

    function inLane(by) {
        if (p.selected < 0)
            return p.select(firstSeen());
        const event = p.model.events[p.selected];
        const events = p.model.lanes[event.lane].events;
        let rank = event.rank + by;
        /* Over a fold, not into it. */
        while (events[rank] !== undefined && p.foldOf(events[rank]))
            rank += by;
        if (events[rank] !== undefined)
            p.select(events[rank]);
    }

    function firstSeen() {
        const left = part('scroll').scrollLeft;
        return Math.min(p.model.events.length - 1,
            p.lowerBound(p.axis.xs, left));
    }

    /* The nearest event of the lane above or below. */
    function toLane(by) {
        if (p.selected < 0)
            return p.select(firstSeen());
        const lane = p.model.lanes[p.model.events[p.selected].lane];
        for (let row = lane.row + by; p.rows[row]; row += by) {
            const near = p.rows[row].events.filter((n) => !p.foldOf(n));
            if (!near.length)
                continue;
            const rank = p.lowerBound(near, p.selected);
            const before = near[rank - 1], after = near[rank];
            return p.select(after === undefined || (before !== undefined &&
                p.selected - before < after - p.selected) ? before : after);
        }
    }

    function foldAll() {
        const box = part('fold');
        box.indeterminate = false;
        p.keeping(() => p.setFolds(!box.checked));
        p.hideDetails();
    }

    /* The fold next to the selected event. */
    function unfoldNear() {
        const last = p.axis.folds.filter((f) => f.first > p.selected)[0] ||
            p.axis.folds[p.axis.folds.length - 1];
        if (last)
            p.unfold(last);
    }

    const KEYS = [
        [['ArrowLeft'], '\u2190', 'event before, of the same process',
            () => inLane(-1)],
        [['ArrowRight'], '\u2192', 'event after, of the same process',
            () => inLane(1)],
        [['ArrowUp'], '\u2191', 'the process above', () => toLane(-1)],
        [['ArrowDown'], '\u2193', 'the process below', () => toLane(1)],
        [['Home'], 'Home', 'first event', () => p.select(0)],
        [['End'], 'End', 'last event',
            () => p.select(p.model.events.length - 1)],
        [['+', '='], '+', 'zoom in', () => p.zoom(1.4)],
        [['-', '_'], '-', 'zoom out', () => p.zoom(1 / 1.4)],
        [['0'], '0', 'all of it', () => p.fit()],
        [['/'], '/', 'search', () => part('search').select()],
        [['n'], 'n', 'next match, or next finding', () => p.step(1)],
        [['p'], 'p', 'previous match, or finding', () => p.step(-1)],
        [['t'], 't', 'order of events, or real time', () => p.setAxis(
            p.axis.mode === 'order' ? 'time' : 'order')],
        [['f'], 'f', 'fold what repeats, or unfold it', () => {
            part('fold').checked = !part('fold').checked;
            foldAll();
        }],
        [['Enter'], 'Enter', 'unfold the next fold', unfoldNear],
        [['Escape'], 'Esc', 'nothing selected', () => p.select(-1)],
        [['?'], '?', 'this help', () => part('help').showModal()]
    ];
    const ONLY_PICTURE = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown',
        'Home', 'End', 'Enter'];

    function pressed(event) {
        const where = event.target;
        if (event.ctrlKey || event.metaKey || event.altKey ||
            part('help').open || /^(INPUT|SELECT)$/.test(where.tagName) &&
            where.type === 'search')
            return;
        const key = KEYS.find((k) => k[0].includes(event.key));
        if (!key || (ONLY_PICTURE.includes(event.key) &&
            where !== part('scroll') && where !== document.body))
            return;
        if (!p.model.events.length)
            return;
        event.preventDefault();
        key[3]();
    }

    p.startKeys = function () {
        document.addEventListener('keydown', pressed);
        const on = (id, what, action) =>
            part(id).addEventListener(what, action);
        on('zoom-in', 'click', () => p.zoom(1.4));
        on('zoom-out', 'click', () => p.zoom(1 / 1.4));
        on('zoom-fit', 'click', () => p.fit());
        on('by-order', 'change', () => p.setAxis('order'));
        on('by-time', 'change', () => p.setAxis('time'));
        on('fold', 'change', foldAll);
        on('help-button', 'click', () => part('help').showModal());
        for (const [, name, words] of KEYS)
            part('keys').append(p.element('tr', {},
                p.element('td', {}, p.element('kbd', {}, name)),
                p.element('td', {}, words)));
    };
})(picture);
