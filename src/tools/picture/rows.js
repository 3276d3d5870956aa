/* Top to bottom: a row for each lane, in it a track for each thing that the
   lane does at the same time. Who holds A and waits for B has two tracks: the
   bar of A, and under it the hatched one of B. */
'use strict';

(function (p) {
    const TRACK = 20, LOW = 16; /* the height of a track; of one of many */
    const MANY = 5;             /* all tracks are no higher than so many */
    const rows = p.rowsLayout = {text: 16, source: 16, height: 0};

    /* The first track that is free at the time. */
    function assignTracks(lane) {
        const free = [];
        for (const span of lane.spans) {
            let track = free.findIndex((until) => until <= span.from);
            if (track < 0)
                track = free.length;
            free[track] = span.to < 0 ? Infinity : span.to;
            span.track = track;
        }
        lane.tracks = Math.max(1, free.length);
    }

    rows.assign = function () {
        for (const lane of p.rows)
            lane.spans = [];
        for (const span of p.model.spans)
            p.model.lanes[span.lane].spans.push(span);
        for (const lane of p.rows) {
            lane.spans.sort((a, b) => a.from - b.from);
            assignTracks(lane);
        }
    };

    /* Few lanes have two rows of texts above the bars and two of source
       lines under them, many have one of each and stand close. A lane that
       is not among `shown' (on paper some are not) is as high as a line. */
    rows.layout = function (shown) {
        const list = shown || p.rows;
        const lines = list.length <= 6 ? 2 : 1;
        const many = list.length > 12;
        const gap = many ? 2 : 6, track = many ? LOW : TRACK;
        let y = 0, band = 0;
        for (const lane of p.rows) {
            lane.hidden = !list.includes(lane);
            lane.top = lane.bars = lane.below = lane.bottom = y;
            lane.track = 0;
            if (lane.hidden)
                continue;
            lane.band = band++;
            lane.lines = lines;
            lane.track = Math.min(track, track * MANY / lane.tracks);
            lane.bars = y + gap + lines * rows.text;
            lane.below = lane.bars + lane.tracks * lane.track + 3;
            y = lane.below + lines * rows.source + gap;
            lane.bottom = y;
        }
        rows.height = y;
    };

    rows.trackY = function (lane, track) {
        return lane.bars + (track + 0.5) * lane.track;
    };

    /* Where the dot of an event is: on the bar that begins or ends there. */
    rows.eventY = function (n) {
        const event = p.model.events[n], lane = p.model.lanes[event.lane];
        const mine = event.spans.filter((span) => span.lane === event.lane);
        const span = mine.find((s) => s.from === n) || mine[0];
        return rows.trackY(lane, span ? span.track : 0);
    };

    rows.laneAt = function (y) {
        return p.rows.find((lane) => y >= lane.top && y < lane.bottom);
    };
})(picture);
