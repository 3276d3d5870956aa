/* What the tracer wrote, and what follows from it: which events each lane
   has, which spans and arrows begin or end at an event, which lane is drawn
   in which row, which letter a lock has. All the scripts of this page share
   the one object `picture'. */
'use strict';

const picture = {};

(function (p) {
    const HELD = ['hold', 'read-hold', 'blocked'];

    /* A, B, ... Z, AA, AB, ... */
    function letter(number) {
        const last = String.fromCharCode(65 + number % 26);
        return number < 26 ? last : letter(Math.floor(number / 26) - 1) + last;
    }

    /* A thread is drawn below its process; else in the order of birth. */
    function rowsOf(lanes) {
        const rows = [];
        for (const lane of lanes) {
            if (lane.thread && lane.parent >= 0)
                continue;
            rows.push(lane);
            for (const other of lanes)
                if (other.thread && other.parent === lane.id)
                    rows.push(other);
        }
        rows.forEach((lane, row) => { lane.row = row; });
        return rows;
    }

    /* The locks get their letters and colours in the order in which they
       are first seen, so that most pictures do with A and B. */
    function letterLocks(model) {
        let number = 0;
        for (const span of model.spans) {
            const object = model.objects[span.object];
            if (!object || object.letter || !HELD.includes(span.kind))
                continue;
            object.letter = letter(number);
            object.colour = number % 6;
            object.striped = number % 12 >= 6;
            number++;
        }
        model.locked = model.objects.filter((o) => o.letter)
            .sort((a, b) => a.letter.length - b.letter.length ||
                (a.letter < b.letter ? -1 : 1));
    }

    function connect(model) {
        const events = model.events;
        const within = (n) => n >= 0 && n < events.length;
        model.spans = model.spans.filter((s) => within(s.from) &&
            (s.to === -1 || within(s.to)) && model.lanes[s.lane]);
        model.arrows = model.arrows.filter((a) => within(a.from) &&
            within(a.to));
        for (const lane of model.lanes)
            lane.events = [];
        events.forEach((event, n) => {
            event.n = n;
            event.spans = [];
            event.arrows = [];
            event.findings = [];
            const lane = model.lanes[event.lane];
            event.rank = lane.events.length;
            lane.events.push(n);
        });
        for (const span of model.spans) {
            events[span.from].spans.push(span);
            if (span.to >= 0 && span.to !== span.from)
                events[span.to].spans.push(span);
        }
        for (const arrow of model.arrows) {
            events[arrow.from].arrows.push(arrow);
            events[arrow.to].arrows.push(arrow);
        }
        for (const finding of model.findings) {
            finding.events = finding.events.filter(within);
            for (const n of finding.events)
                events[n].findings.push(finding);
        }
    }

    p.load = function (text) {
        const model = JSON.parse(text);
        for (const list of ['lanes', 'objects', 'places', 'events', 'spans',
            'arrows', 'findings', 'locks'])
            model[list] = model[list] || [];
        p.model = model;
        connect(model);
        p.rows = rowsOf(model.lanes);
        for (const lane of model.lanes)
            lane.alone = !model.lanes.some((other) => other !== lane &&
                other.name === lane.name);
        letterLocks(model);
    };

    /* The first of the numbers list[0], list[1], ... (which ascend) that is
       not less than `value'; list.length if all are. */
    p.lowerBound = function (list, value) {
        let low = 0, high = list.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (list[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    };
})(picture);
