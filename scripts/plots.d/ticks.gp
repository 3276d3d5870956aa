# Makes the axis `axis', "x" or "y", logarithmic from `from' to `to', with some
# room, and puts labels at powers of ten, and between them if there are few;
# text(value) writes them.
room = (to / from) ** 0.04
eval sprintf("set logscale %s; set %srange [%.12g:%.12g]", axis, axis, \
    from / room, to * room)
eval sprintf('unset m%stics; set %stics scale 0.5; set %stics ("" %g)', \
    axis, axis, axis, from / 1e6)
spans = log10(to / from)
steps = spans < 0.8 ? "1 1.5 2 3 5 7" : spans < 1.3 ? "1 2 5" : \
    spans < 2.3 ? "1 3" : "1"
do for [exponent = floor(log10(from)) : ceil(log10(to))] {
    do for [step in steps] {
        tick = real(step) * 10.0**exponent
        eval sprintf('set %stics add ("%s" %g)', axis, text(tick), tick)
    }
}
