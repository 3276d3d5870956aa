/* Left to right: where each event is drawn. By default every event has a
   column of its own, for the times of a run reach from a microsecond to
   seconds; the switch draws them as far apart as they really were. */
'use strict';

(function (p) {
    const LEFT = 22;       /* room before the first event */
    const RIGHT = 130;     /* room after the last: its label, the infinity */
    const FOLD = 66;       /* a folded column holds its `x 1234' */
    const SHARE = 6;       /* zoomed far out, it is as wide as 6 others */
    const COLUMN = {least: 3, usual: 90, most: 260};
    const WIDEST = 6e6;    /* no browser scrolls much further */

    const axis = p.axis = {mode: 'order', column: COLUMN.usual, scale: 0,
        xs: new Float64Array(0), width: 0, folds: [], foldAt: [],
        room: 0};

    function foldWidth() {
        return Math.max(axis.column, Math.min(FOLD, SHARE * axis.column));
    }

    function layoutOrder(count) {
        let x = LEFT, n = 0;
        axis.folds = p.folds.filter((fold) => !fold.open);
        for (const fold of axis.folds) {
            for (; n < fold.first; n++, x += axis.column)
                axis.xs[n] = x;
            const wide = foldWidth(), many = fold.last - fold.first + 1;
            fold.x = x - axis.column / 2 + 3;
            fold.width = wide - 6;
            axis.foldAt.fill(fold, fold.first, fold.last + 1);
            for (; n <= fold.last; n++)
                axis.xs[n] = fold.x + fold.width *
                    (n - fold.first + 0.5) / many;
            x += wide;
        }
        for (; n < count; n++, x += axis.column)
            axis.xs[n] = x;
        axis.width = x - axis.column + RIGHT;
    }

    function layoutTime(count) {
        axis.folds = [];
        for (let n = 0; n < count; n++)
            axis.xs[n] = LEFT + p.model.events[n].t * axis.scale;
        axis.width = LEFT + axis.duration * axis.scale + RIGHT;
    }

    axis.layout = function () {
        const events = p.model.events, count = events.length;
        const last = count ? events[count - 1].t : 0;
        axis.duration = Math.max(p.model.duration || 0, last, 1);
        if (axis.xs.length !== count)
            axis.xs = new Float64Array(count);
        axis.foldAt = new Array(count).fill(undefined);
        if (axis.mode === 'order')
            layoutOrder(count);
        else
            layoutTime(count);
    };

    function columns() {
        const closed = p.folds.filter((fold) => !fold.open);
        let single = p.model.events.length;
        for (const fold of closed)
            single -= fold.last - fold.first + 1;
        return {single: Math.max(1, single), folded: closed.length};
    }

    /* The column or the scale at which all of it is `wide' pixels wide. */
    axis.fitting = function (wide) {
        if (axis.mode === 'time')
            return Math.max(1, wide - LEFT - RIGHT) / axis.duration;
        const number = columns();
        const room = wide - LEFT - RIGHT;
        const all = room / Math.max(1, number.single + number.folded - 1);
        if (all >= FOLD)
            return all;
        const some = (room - number.folded * FOLD) / number.single;
        return some * SHARE >= FOLD ? some :
            room / (number.single + number.folded * SHARE);
    };

    function clamp(value, least, most) {
        return Math.min(Math.max(value, least), most);
    }

    axis.set = function (value) {
        if (axis.mode === 'time')
            axis.scale = clamp(value, axis.fitting(axis.room),
                Math.max(axis.fitting(axis.room),
                    Math.min(2, WIDEST / axis.duration)));
        else
            axis.column = clamp(value, COLUMN.least, COLUMN.most);
        axis.layout();
    };

    axis.zoom = function (factor) {
        axis.set((axis.mode === 'time' ? axis.scale : axis.column) * factor);
    };

    /* The columns from each event to the next one of its lane: the median.
       Where many take turns it is large, and a column may be narrow. */
    function apart() {
        const gaps = [];
        axis.layout();
        for (const lane of p.rows)
            for (let rank = 1; rank < lane.events.length; rank++) {
                const a = lane.events[rank - 1], b = lane.events[rank];
                if (!axis.foldAt[a] && !axis.foldAt[b])
                    gaps.push((axis.xs[b] - axis.xs[a]) / axis.column);
            }
        gaps.sort((a, b) => a - b);
        return gaps.length ? gaps[gaps.length >> 1] : 1;
    }

    /* A column in which most labels can be read. */
    axis.readable = function (least) {
        return clamp(COLUMN.usual * 1.5 / apart(), least, COLUMN.usual);
    };

    /* How it is first seen: all of it if it can then be read, else as much
       as can be read. */
    axis.begin = function (least) {
        const all = axis.fitting(axis.room);
        if (axis.mode === 'time')
            axis.set(all);
        else
            axis.set(all >= least ? Math.min(all, 150) :
                axis.readable(least));
    };

    /* Times in words, with digits enough for the two nearest. */
    function tellApart(marks) {
        let least = Infinity;
        for (let i = 1; i < marks.length; i++)
            least = Math.min(least, marks[i][1] - marks[i - 1][1]);
        return marks.map(([x, t]) =>
            [x, p.mark(t, Math.max(least, t / 1e5, 1))]);
    }

    /* Marks along the top: [x, words], at least `apart' pixels apart. */
    axis.marks = function (from, to, apart) {
        const marks = [];
        if (axis.mode === 'order') {
            let next = from;
            for (let n = p.lowerBound(axis.xs, from);
                n < axis.xs.length && axis.xs[n] <= to; n++) {
                if (axis.xs[n] < next || p.foldOf(n))
                    continue;
                marks.push([axis.xs[n], p.model.events[n].t]);
                next = axis.xs[n] + apart;
            }
            return tellApart(marks);
        }
        const least = apart / axis.scale;
        const power = Math.pow(10, Math.floor(Math.log10(least)));
        const step = Math.max(1, power *
            [1, 2, 5, 10].find((m) => m * power >= least * 0.999));
        const first = Math.max(0,
            Math.ceil((from - LEFT) / axis.scale / step));
        for (let i = first; ; i++) {
            const x = LEFT + i * step * axis.scale;
            if (x > to || i * step > axis.duration)
                return marks;
            marks.push([x, p.mark(i * step, step)]);
        }
    };
})(picture);
