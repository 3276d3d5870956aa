/* The box that says all about one event, bar or fold: beside the pointer, or
   beside the event that the keyboard has gone to. */
'use strict';

(function (p) {
    const part = (id) => document.getElementById(id);
    const NEAR = 14; /* how far from a dot one may point */

    /* Where event n is in the window. */
    function place(n) {
        const drawing = part('drawing').getBoundingClientRect();
        return [drawing.left + p.axis.xs[n] - p.view.from,
            drawing.top + p.rowsLayout.eventY(n)];
    }

    function show(content, x, y) {
        const box = part('details');
        box.replaceChildren(...content);
        box.hidden = false;
        const wide = box.offsetWidth, high = box.offsetHeight;
        const left = Math.min(x + 14, innerWidth - wide - 8);
        const above = y - high - 18;
        box.style.left = Math.max(8, left) + 'px';
        box.style.top = (y + 24 + high < innerHeight ? y + 24 :
            Math.max(8, above)) + 'px';
    }

    p.hideDetails = function () {
        part('details').hidden = true;
    };

    p.showEvent = function (n) {
        show(p.eventDetails(n), ...place(n));
    };

    /* The keyboard, a search or a finding goes to an event. */
    p.select = function (n, quiet) {
        p.selected = n;
        if (n < 0) {
            p.hideDetails();
            p.redraw();
            return;
        }
        const fold = p.foldOf(n);
        if (fold)
            p.unfold(fold);
        p.bringIntoView([n]);
        p.redraw();
        const event = p.model.events[n], where = p.model.places[event.place];
        part('said').textContent = p.laneName(p.model.lanes[event.lane]) +
            ': ' + event.text + (where ? ', ' + p.placeName(where) : '');
        /* The scrolling above hides the box when its event comes. */
        if (!quiet)
            requestAnimationFrame(() => requestAnimationFrame(() => {
                if (p.selected === n)
                    p.showEvent(n);
            }));
    };

    /* What is at a point of the window: an event near it, else a fold, else
       a bar. */
    function at(x, y) {
        const drawing = part('drawing').getBoundingClientRect();
        const lane = p.rowsLayout.laneAt(y - drawing.top);
        const world = x - drawing.left + p.view.from;
        if (!lane)
            return {};
        const fold = p.axis.folds.find((f) => world >= f.x &&
            world <= f.x + f.width);
        if (fold)
            return {fold: fold, lane: lane};
        const rank = p.lowerBound(lane.xs, world);
        const near = [rank - 1, rank].filter((r) => lane.xs[r] !== undefined)
            .sort((a, b) => Math.abs(lane.xs[a] - world) -
                Math.abs(lane.xs[b] - world))[0];
        if (near !== undefined && Math.abs(lane.xs[near] - world) <= NEAR)
            return {event: lane.events[near]};
        const track = Math.floor((y - drawing.top - lane.bars) / lane.track);
        const span = lane.spans.find((s) => s.track === track &&
            p.spanEnds(s)[0] <= world && p.spanEnds(s)[1] >= world);
        return {span: span};
    }

    function pointed(event) {
        const found = at(event.clientX, event.clientY);
        if (found.event !== undefined)
            show(p.eventDetails(found.event), event.clientX, event.clientY);
        else if (found.fold)
            show(p.foldDetails(found.fold, found.lane), event.clientX,
                event.clientY);
        else if (found.span)
            show(p.spanDetails(found.span), event.clientX, event.clientY);
        else
            p.hideDetails();
    }

    function clicked(event) {
        const found = at(event.clientX, event.clientY);
        if (found.fold)
            p.unfold(found.fold);
        else if (found.event !== undefined)
            p.select(found.event);
        else
            p.select(-1);
    }

    p.startDetails = function () {
        const drawing = part('drawing');
        drawing.addEventListener('mousemove', pointed);
        drawing.addEventListener('mouseleave', p.hideDetails);
        drawing.addEventListener('click', clicked);
    };
})(picture);
