# Sums up rows of `price --csv' for one picture: over the rounds of each way at
# each placement and each x, the median and the quartiles of one figure or
# several. Set with -v:
#
#   subject  whose rows                       figures  columns, with spaces
#   x        the column along the x axis, or nothing
#   only     the ways that are wanted; all, if nothing
#   fixed    column=value ...: the rows at one value, that nearest to it
#   near     the same, but nearest for each way, placement and x by itself
#   panel    "merge": one panel, two CPUs preferred; "pages": one for what is
#            counted by pages and one for what is by forks; else by placement
#   order    rows in the order of the figure at this placement, if there is it
#   facts    a file to write, for gnuplot: what there is, and in what range
#
# A line that comes out: number of the way, panel, way, x, then median, lower
# and upper quartile of each figure, then the median of the ratio of the first
# one, round by round, across to same. Between ways there is an empty line.
# Nothing comes out where no row fits.

BEGIN {
    FS = ","
    OFS = "\t"
    figure_count = split(figures, figure, " ")
    count = split(only, list, " ")
    for (i = 1; i <= count; i++)
        wanted[list[i]] = 1
    needed = "subject way placement round size capacity batch spin " \
        "processes wrong " figures
}

{
    sub(/\r$/, "")
}

# The columns are known by their names, those of each file by its own header.
FNR == 1 {
    files++
    split("", column)
    for (i = 1; i <= NF; i++)
        column[$i] = i
    count = split(needed, list, " ")
    for (i = 1; i <= count; i++)
        if (!(list[i] in column)) {
            printf "%s: there is no column %s; is it from price --csv?\n", \
                FILENAME, list[i] >"/dev/stderr"
            failed = 1
            exit 1
        }
    next
}

$column["subject"] != subject { next }

$column["way"] == "" {
    nameless++
    next
}

# One that is not in the list is not missed: the picture has no room for it.
only != "" && !($column["way"] in wanted) { next }

{
    known = 0
    for (i = 1; i <= figure_count; i++)
        if ($column[figure[i]] != "")
            known = 1
    if (!known)
        next
    n++
    way[n] = $column["way"]
    place[n] = $column["placement"]
    if (panel == "pages")
        place[n] = way[n] ~ /^fork/ ? "fork" : "page"
    if (place[n] == "")
        place[n] = "none"
    # Rounds of different runs have nothing in common.
    round[n] = files SUBSEP $column["round"]
    at[n] = x == "" ? 0 : $column[x] + 0
    wrong[n] = $column["wrong"] + 0
    setting[n, "size"] = $column["size"]
    setting[n, "capacity"] = $column["capacity"]
    setting[n, "batch"] = $column["batch"]
    setting[n, "spin"] = $column["spin"]
    for (i = 1; i <= figure_count; i++)
        value[n, i] = $column[figure[i]]
}

function log2(number)
{
    return log(number) / log(2)
}

# How far two settings are apart. What does not apply is not far from anything.
function distance(a, b)
{
    if (a == "" || b == "")
        return 0
    a = log2((a + 1) / (b + 1))
    return a < 0 ? -a : a
}

# Keep of each scope the rows whose setting is the nearest to what is asked.
function keep(asked, by_scope, pairs, part, p, i, d, scope, best, kept)
{
    pairs = split(asked, part, " ")
    for (p = 1; p <= pairs; p++) {
        split("", best)
        name = wish = part[p]
        sub(/=.*/, "", name)
        sub(/.*=/, "", wish)
        for (i = 1; i <= n; i++) {
            scope = by_scope ? way[i] SUBSEP place[i] SUBSEP at[i] : ""
            d = distance(setting[i, name], wish)
            if (!left_out[i] && (!(scope in best) || d < best[scope]))
                best[scope] = d
        }
        for (i = 1; i <= n; i++) {
            scope = by_scope ? way[i] SUBSEP place[i] SUBSEP at[i] : ""
            if (distance(setting[i, name], wish) > best[scope])
                left_out[i] = 1
        }
    }
}

# Under contention the rows of two CPUs count, if there are any.
function merge(i, rank, best)
{
    rank["cross"] = 4
    rank["free"] = 3
    rank["none"] = 2
    rank["same"] = 1
    for (i = 1; i <= n; i++)
        if (rank[place[i]] > best[way[i], at[i]])
            best[way[i], at[i]] = rank[place[i]]
    for (i = 1; i <= n; i++) {
        if (rank[place[i]] < best[way[i], at[i]])
            left_out[i] = 1
        place[i] = "none"
    }
}

# The value below which SHARE of the `many' sorted ones lie, as price has it.
function quantile(share, spot, below)
{
    spot = share * (many - 1)
    below = int(spot)
    if (below + 1 >= many)
        return sorted[many]
    return sorted[below + 1] + \
        (spot - below) * (sorted[below + 2] - sorted[below + 1])
}

function insert(number, i)
{
    for (i = ++many; i > 1 && sorted[i - 1] > number; i--)
        sorted[i] = sorted[i - 1]
    sorted[i] = number
}

# Median and quartiles of figure F at that key, or "NaN" where there is none.
function spread(key, f, i, row)
{
    many = 0
    for (i = 1; i <= rows_of[key]; i++) {
        row = row_of[key, i]
        if (value[row, f] != "")
            insert(value[row, f] + 0)
    }
    if (!many)
        return "NaN" OFS "NaN" OFS "NaN"
    if (!fewest || many < fewest)
        fewest = many
    if (many > most)
        most = many
    median = quantile(0.5)
    return median OFS quantile(0.25) OFS quantile(0.75)
}

function ratio(w, x, a, b, i, j, down)
{
    a = w SUBSEP "same" SUBSEP x
    b = w SUBSEP "cross" SUBSEP x
    many = 0
    for (i = 1; i <= rows_of[a]; i++)
        for (j = 1; j <= rows_of[b]; j++) {
            down = value[row_of[a, i], 1]
            if (round[row_of[a, i]] == round[row_of[b, j]] && down > 0)
                insert(value[row_of[b, j], 1] / down)
        }
    return many ? quantile(0.5) : "NaN"
}

function bytes(number, unit)
{
    unit = 0
    while (unit < 3 && number >= 1024 && number % 1024 == 0) {
        number /= 1024
        unit++
    }
    return number " " substr("bytes  KiB    MiB    GiB", unit * 7 + 1, 5)
}

# One value of a setting, in words, or nothing if the rows have several.
function one(name, i, seen, all)
{
    seen = ""
    for (i = 1; i <= n; i++)
        if (!left_out[i] && setting[i, name] != "") {
            if (seen != "" && setting[i, name] != seen)
                return ""
            seen = setting[i, name]
        }
    if (seen == "" || name == "batch" || name == "spin")
        return seen
    seen = bytes(seen + 0)
    sub(/ +$/, "", seen)
    return seen
}

# Sort list[1..count] by weight[list[i]]; few enough to insert.
function sort(count, i, j, moved)
{
    for (i = 2; i <= count; i++) {
        moved = list[i]
        for (j = i; j > 1 && weight[list[j - 1]] > weight[moved]; j--)
            list[j] = list[j - 1]
        list[j] = moved
    }
}

function fact(name, text)
{
    printf "%s = \"%s\"\n", name, text >facts
}

END {
    if (failed)
        exit 1
    if (nameless)
        printf "%d rows of %s name no way; they are left out\n", nameless, \
            subject >"/dev/stderr"
    if (!n)
        exit

    keep(fixed, 0)
    keep(near, 1)
    if (panel == "merge")
        merge()

    # Where there is an axis, a panel with one single x shows nothing of it.
    for (i = 1; i <= n; i++)
        if (!left_out[i] && !((place[i], at[i]) in known_at)) {
            known_at[place[i], at[i]] = 1
            if (++x_of[place[i]] > most_x)
                most_x = x_of[place[i]]
        }
    if (x != "" && panel != "merge" && most_x < 2) {
        printf "the rows have a single %s\n", x >"/dev/stderr"
        exit
    }
    for (i = 1; i <= n; i++)
        if (most_x > 1 && x_of[place[i]] == 1)
            left_out[i] = 1

    # What there is. Nought has no logarithm: it goes to the left of the rest.
    least_x = 0
    for (i = 1; i <= n; i++)
        if (!left_out[i]) {
            if (at[i] > 0 && (!least_x || at[i] < least_x))
                least_x = at[i]
            ways[way[i]] = 1
            places[place[i]] = 1
            xs[at[i]] = 1
            if (wrong[i] > 0)
                corrupt[way[i]] = 1
            key = way[i] SUBSEP place[i] SUBSEP at[i]
            row_of[key, ++rows_of[key]] = i
        }
    place_count = 0
    count = split("same cross free none page fork", list, " ")
    for (i = 1; i <= count; i++)
        if (list[i] in places)
            place_name[++place_count] = list[i]
    count = 0
    for (w in xs) {
        weight[w] = w + 0
        list[++count] = w
    }
    sort(count)
    x_count = count
    for (i = 1; i <= count; i++)
        x_at[i] = list[i]

    # The ways as they were wanted, or else by what they cost.
    if (only != "" && order == "") {
        all = split(only, list, " ")
        count = 0
        for (i = 1; i <= all; i++)
            if (list[i] in ways)
                list[++count] = list[i]
            else
                printf "%s: there is no row of %s\n", subject, list[i] \
                    >"/dev/stderr"
    } else {
        count = 0
        for (w in ways) {
            list[++count] = w
            for (p = place_count; p >= 0; p--)
                for (i = 1; i <= x_count; i++) {
                    key = w SUBSEP (p ? place_name[p] : order) SUBSEP x_at[i]
                    if (rows_of[key]) {
                        spread(key, 1)
                        weight[w] = median
                    }
                }
        }
        sort(count)
    }
    way_list = corrupt_list = ""
    fewest = most = 0
    way_count = count
    for (i = 1; i <= count; i++) {
        w = way_at[i] = list[i]
        way_list = way_list (i > 1 ? " " : "") w
        if (w in corrupt)
            corrupt_list = corrupt_list " " w " "
        for (p = 1; p <= place_count; p++)
            for (j = 1; j <= x_count; j++) {
                key = w SUBSEP place_name[p] SUBSEP x_at[j]
                if (!rows_of[key])
                    continue
                line = ""
                for (f = 1; f <= figure_count; f++) {
                    line = line OFS spread(key, f)
                    if (!many)
                        continue
                    top[p, w] = quantile(0.75) > top[p, w] ? \
                        quantile(0.75) : top[p, w]
                    if (f == 1)
                        middle[p, w] = median
                    if (!(p in low) || quantile(0.25) < low[p])
                        low[p] = quantile(0.25)
                    if (!(p in high) || quantile(0.75) > high[p])
                        high[p] = quantile(0.75)
                }
                spot = x_at[j] == 0 ? least_x / 5 : x_at[j]
                print i, place_name[p], w, spot line, ratio(w, x_at[j])
            }
        print ""
    }

    # Labels of the x axis: where something was measured, but not too dense.
    first = x_at[1] == 0 && x_count > 1 ? least_x / 5 : x_at[1]
    last = x_at[x_count]
    ticks = ""
    before = 0
    for (i = 1; i <= x_count && first > 0; i++) {
        spot = x_at[i] == 0 ? first : x_at[i]
        if (i > 1 && log2(spot / before) < log2(last / first) / 7.01)
            continue
        ticks = ticks (i > 1 ? " " : "") spot
        before = spot
    }
    # How far most ways go: all but those whose figure is 30 times as large as
    # that of the way in the middle.
    place_list = lows = highs = usual = ""
    for (p = 1; p <= place_count; p++) {
        many = 0
        for (i = 1; i <= way_count; i++)
            if ((p, way_at[i]) in middle)
                insert(middle[p, way_at[i]])
        limit = 30 * quantile(0.5)
        far = low[p]
        for (i = 1; i <= way_count; i++)
            if (middle[p, way_at[i]] <= limit && top[p, way_at[i]] > far)
                far = top[p, way_at[i]]
        usual = usual (p > 1 ? " " : "") far
        place_list = place_list (p > 1 ? " " : "") place_name[p]
        lows = lows (p > 1 ? " " : "") low[p]
        highs = highs (p > 1 ? " " : "") high[p]
    }
    fact("ways", way_list)
    fact("corrupt", corrupt_list)
    fact("places", place_list)
    fact("lows", lows)
    fact("highs", highs)
    fact("usual", usual)
    fact("ticks", ticks)
    fact("nought", x_at[1] == 0 ? first : "")
    fact("rounds", fewest == most ? most : fewest " to " most)
    fact("size", one("size"))
    fact("capacity", one("capacity"))
}
