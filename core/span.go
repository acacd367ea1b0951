package core

import (
	"slices"
	"strings"
	"time"
)

const oneDay = 24 * 60 // minutes

// span is from one minute of a day, counted from its beginning, until before another, which may be of the next.
type span struct {
	from, to int
	rule     string // which one says so, where rules do
}

// plan gives the spans that begin on a day, which is its midnight in UTC, wherever the clocks are by which it goes.
type plan func(day time.Time) []span

// horizon is how many days ahead a plan is looked through for its next edge.
const horizon = 400

// holding gives the span that holds then.
func (p plan) holding(place *time.Location, at time.Time) (span, bool) {
	today := dayOf(at.In(place))
	for _, ahead := range [...]int{0, -1, 1} { // a span may reach into the next day, and clocks may be turned back over midnight
		day := today.AddDate(0, 0, ahead)
		for _, s := range p(day) {
			if !at.Before(instant(day, s.from, place)) && at.Before(instant(day, s.to, place)) {
				return s, true
			}
		}
	}
	return span{}, false
}

// edge gives when the plan next begins to hold, or ceases to, after a moment; zero where it does not for a year.
func (p plan) edge(place *time.Location, after time.Time) time.Time {
	_, holds := p.holding(place, after)
	first := dayOf(after.In(place)).AddDate(0, 0, -2)
	for ahead := range horizon {
		day := first.AddDate(0, 0, ahead)
		var moments []time.Time
		for _, s := range p(day) {
			moments = append(moments, instant(day, s.from, place), instant(day, s.to, place))
		}
		slices.SortFunc(moments, time.Time.Compare)
		for _, m := range moments {
			if _, then := p.holding(place, m); m.After(after) && then != holds {
				return m
			}
		}
	}
	return time.Time{}
}

// dayOf is the day on which a clock stands.
func dayOf(clock time.Time) time.Time {
	return time.Date(clock.Year(), clock.Month(), clock.Day(), 0, 0, 0, 0, time.UTC)
}

// transit is longer than any clock is from UTC's, both ways.
const transit = 26 * time.Hour

// instant is when the clocks of a place first show a minute of a day. One that is left out is when they are turned past it; one that comes twice is
// the first.
func instant(day time.Time, minute int, place *time.Location) time.Time {
	wall := day.Add(time.Duration(minute) * time.Minute)
	before := wall.Add(-offset(wall.Add(-transit), place))
	if before.Add(offset(before, place)).Equal(wall) {
		return before
	}
	after := wall.Add(-offset(wall.Add(transit), place))
	if after.Add(offset(after, place)).Equal(wall) {
		return after
	}
	turned, _ := before.In(place).ZoneBounds()
	return turned
}

// offset is how far the clocks of a place are before UTC's.
func offset(at time.Time, place *time.Location) time.Duration {
	_, seconds := at.In(place).Zone()
	return time.Duration(seconds) * time.Second
}

// zoneOf gives a time zone. It was checked when it was set; one that this machine does not know counts as UTC.
func zoneOf(name string) *time.Location {
	place, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return place
}

func spans(text string) (all []span, ok bool) {
	for _, one := range list(text) {
		from, to, two := strings.Cut(one, "-")
		s := span{from: minuteOf(from), to: minuteOf(to)}
		if !two || s.from < 0 || s.to < 0 || s.from == oneDay {
			return nil, false
		}
		if s.to <= s.from {
			s.to += oneDay
		}
		all = append(all, s)
	}
	return all, true
}

// minuteOf reads 09:30 as minutes from the day's beginning; 24:00 is its end. -1 is no time.
func minuteOf(text string) int {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return oneDay
	}
	at, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return -1
	}
	return at.Hour()*60 + at.Minute()
}

// dates are days from one until another, both of them too: of one year (2026-12-24), or of each (12-24).
type dates struct {
	from, to string
	layout   string
}

// datesOf reads 2026-12-24, 2026-12-24..2027-01-01, 12-25 or 12-24..01-01.
func datesOf(text string) (d dates, ok bool) {
	from, to, two := strings.Cut(text, "..")
	if !two {
		to = from
	}
	const yearly = "01-02"
	d = dates{strings.TrimSpace(from), strings.TrimSpace(to), time.DateOnly}
	year := ""
	if len(d.from) == len(yearly) {
		d.layout, year = yearly, "2024-" // one that has all days
	}
	for _, day := range []string{d.from, d.to} {
		if _, err := time.Parse(time.DateOnly, year+day); err != nil || len(day) != len(d.layout) {
			return d, false
		}
	}
	return d, d.layout == yearly || d.from <= d.to
}

// has tells whether a day is one of them.
func (d dates) has(day time.Time) bool {
	shown := day.Format(d.layout)
	if d.from <= d.to {
		return d.from <= shown && shown <= d.to
	}
	return d.from <= shown || shown <= d.to // over the turn of the year
}

// list gives what stands between commas.
func list(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	all := strings.Split(text, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}
