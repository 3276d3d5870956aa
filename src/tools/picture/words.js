/* Words: times, counts, the name of a lane or of a lock, and all that is
   known of an event, as the box beside it shows it. */
'use strict';

(function (p) {
    const UNITS = [[1e9, 's'], [1e6, 'ms'], [1e3, '\u00b5s'], [1, 'ns']];

    const LONG = 240; /* more of a source line is not shown */

    function unitOf(ns) {
        return UNITS.find((unit) => ns >= unit[0]) || UNITS[3];
    }

    /* Three digits are as many as one compares by eye. */
    p.duration = function (ns) {
        const [size, name] = unitOf(Math.abs(ns));
        const value = ns / size;
        const digits = size === 1 ? 0 :
            value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return value.toFixed(digits) + '\u00a0' + name;
    };

    /* A time on an axis whose marks are `step' apart: as many digits as the
       step needs, so that no two marks read the same. */
    p.mark = function (ns, step) {
        const [size, name] = ns > 0 ? unitOf(ns) : unitOf(step);
        const digits = step < size ?
            Math.ceil(Math.log10(size / step) - 1e-9) : 0;
        return (ns / size).toFixed(digits) + '\u00a0' + name;
    };

    p.count = function (number, one, many) {
        return number.toLocaleString('en') + '\u00a0' +
            (number === 1 ? one : many);
    };

    /* Its number only if others have the same name. */
    p.laneName = function (lane) {
        return lane.alone ? lane.name :
            lane.name + ' ' + (lane.thread ? lane.tid : lane.pid);
    };

    p.lockName = function (object) {
        return (object.letter ? object.letter + ' ' : '') + object.name;
    };

    p.placeName = function (place) {
        if (!place.line)
            return (place.function ? place.function + ' in ' : '') +
                place.file.replace(/.*\//, '');
        return place.file.replace(/.*\//, '') + ':' + place.line;
    };

    /* The same, shorter: the file that most of it happens in goes without
       saying. Without debug information there is only the function. */
    p.lineName = function (place) {
        if (!place.line)
            return place.function || place.file;
        return (place.file === p.mainFile() ? '' :
            place.file.replace(/.*\//, '')) + ':' + place.line;
    };

    let mainFile;
    p.mainFile = function () {
        if (mainFile === undefined) {
            const counts = new Map();
            mainFile = '';
            for (const event of p.model.events) {
                const place = p.model.places[event.place];
                if (!place || !place.line)
                    continue;
                counts.set(place.file, (counts.get(place.file) || 0) + 1);
                if (counts.get(place.file) > (counts.get(mainFile) || 0))
                    mainFile = place.file;
            }
        }
        return mainFile;
    };

    p.source = function (place) {
        return place.source.trim().replace(/\s+/g, ' ');
    };

    /* An element with text and children; `text' is never read as HTML. */
    p.element = function (tag, attributes, ...children) {
        const made = document.createElement(tag);
        for (const name in attributes || {})
            if (attributes[name] !== undefined)
                made.setAttribute(name, attributes[name]);
        made.append(...children.filter((child) => child !== ''));
        return made;
    };

    function spanWords(span, n) {
        const events = p.model.events;
        if (span.to < 0)
            return span.text + ': never ended';
        const took = p.duration(events[span.to].t - events[span.from].t);
        return span.from === n ? span.text + ', for ' + took :
            'ends here: ' + span.text + ', for ' + took;
    }

    function arrowWords(arrow, n) {
        const other = p.model.events[arrow.from === n ? arrow.to : arrow.from];
        const name = p.laneName(p.model.lanes[other.lane]);
        return arrow.from === n ? '\u2192 ' + name + ': ' + arrow.text :
            '\u2190 ' + name + ': ' + arrow.text;
    }

    function row(list, name, ...value) {
        list.append(p.element('dt', {}, name), p.element('dd', {}, ...value));
    }

    function objectWords(object) {
        return object.kind + ' ' + p.lockName(object) +
            (object.where ? ', ' + object.where : '');
    }

    p.eventDetails = function (n) {
        const model = p.model, event = model.events[n];
        const place = model.places[event.place];
        const object = model.objects[event.object];
        const lane = model.lanes[event.lane];
        const list = p.element('dl');
        const before = lane.events[event.rank - 1];
        row(list, 'who', p.laneName(lane));
        row(list, 'when', p.duration(event.t) + (before === undefined ? '' :
            ', ' + p.duration(event.t - model.events[before].t) +
            ' after its last event'));
        if (object)
            row(list, 'what', objectWords(object));
        if (place)
            row(list, 'where', p.placeName(place) + ' in ' + place.function,
                p.element('br'), p.element('code', {},
                    p.source(place).slice(0, LONG)));
        for (const span of event.spans)
            row(list, 'state', spanWords(span, n));
        for (const arrow of event.arrows)
            row(list, 'with', arrowWords(arrow, n));
        for (const finding of event.findings)
            row(list, 'finding', finding.title);
        const title = (event.bad ? '\u26a0 ' : '') + event.text;
        return [p.element('h3', {}, title, ' ',
            p.element('small', {}, '#' + n)), list];
    };

    p.spanDetails = function (span) {
        const list = p.element('dl');
        const object = p.model.objects[span.object];
        row(list, 'who', p.laneName(p.model.lanes[span.lane]));
        if (object)
            row(list, 'what', objectWords(object));
        const from = p.model.events[span.from];
        row(list, 'from', p.duration(from.t));
        row(list, 'to', span.to < 0 ? 'never ended' :
            p.duration(p.model.events[span.to].t) + ', ' +
            p.duration(p.model.events[span.to].t - from.t) + ' later');
        return [p.element('h3', {}, span.text), list];
    };

    p.foldDetails = function (fold, lane) {
        const list = p.element('dl');
        const events = p.model.events;
        row(list, 'from', p.duration(events[fold.first].t));
        row(list, 'to', p.duration(events[fold.last].t));
        const share = fold.shares.get(lane.id);
        if (share)
            for (const [text, times] of share.texts)
                row(list, '\u00d7 ' + times, text);
        else
            row(list, 'who', p.laneName(lane) + ' does nothing here');
        return [p.element('h3', {}, p.count(fold.last - fold.first + 1,
            'event', 'events') + ' that repeat earlier ones: folded'), list,
        p.element('p', {}, 'A click unfolds them.')];
    };
})(picture);
