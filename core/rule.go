package core

import (
	"slices"
	"strings"
	"time"
)

// Rules switch a department on and off by the clocks of its time zone (S1.8): "mon-fri 09:00-17:00; 2026-12-24 09:00-12:00; 12-25..12-26 off". Each
// names dates, weekdays or both, and then its spans, on (all day) or off. Of those that name a day the last one counts, and a day that none names is off.
type Rules string

const (
	maxRules    = 50
	maxRuleText = 4000 // bytes of all of them
)

// rule is one of the rules.
type rule struct {
	text  string
	dates dates // without a layout: every day
	days  [7]bool
	spans []span
}

func (r rule) names(day time.Time) bool {
	return r.days[day.Weekday()] && (r.dates.layout == "" || r.dates.has(day))
}

func (r Rules) check(field string) error {
	all, wrong := r.parse()
	switch {
	case len(r) > maxRuleText || len(all) > maxRules:
		return invalid(field, "are too many")
	case wrong:
		return invalid(field, "must be like mon-fri 09:00-17:00; 2026-12-24 09:00-12:00; 12-25..12-26 off")
	}
	return nil
}

// parse reads the rules up to the first that is wrong.
func (r Rules) parse() (all []rule, wrong bool) {
	for text := range strings.FieldsFuncSeq(string(r), func(c rune) bool { return c == ';' || c == '\n' }) {
		if text = strings.Join(strings.Fields(text), " "); text == "" {
			continue
		}
		one, ok := ruleOf(text)
		if !ok {
			return all, true
		}
		all = append(all, one)
	}
	return all, false
}

// ruleOf reads one rule.
func ruleOf(text string) (r rule, ok bool) {
	r.text = text
	words := strings.Fields(strings.ReplaceAll(text, ", ", ","))
	last := words[len(words)-1]
	switch last {
	case "off":
		ok = true
	case "on":
		r.spans, ok = []span{{to: oneDay}}, true
	default:
		r.spans, ok = spans(last)
	}
	if words = words[:len(words)-1]; len(words) == 0 || len(words) > 2 || !ok {
		return r, false
	}
	for i := range r.spans {
		r.spans[i].rule = text
	}
	if r.dates, ok = datesOf(words[0]); ok {
		words = words[1:]
	} else if r.dates = (dates{}); len(words) != 1 {
		return r, false
	}
	if len(words) == 0 {
		r.days = [7]bool{true, true, true, true, true, true, true}
		return r, true
	}
	return r, weekdays(words[0], &r.days)
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdays reads mon-fri or sat,sun.
func weekdays(text string, days *[7]bool) bool {
	for _, part := range list(text) {
		first, last, two := strings.Cut(part, "-")
		if !two {
			last = first
		}
		from, to := slices.Index(dayNames, first), slices.Index(dayNames, last)
		if from < 0 || to < 0 {
			return false
		}
		for d := from; ; d = (d + 1) % 7 {
			if days[d] = true; d == to {
				break
			}
		}
	}
	return true
}

// plan gives the spans in which the rules say on.
func (r Rules) plan() plan {
	all, _ := r.parse()
	return func(day time.Time) []span {
		for _, one := range slices.Backward(all) {
			if one.names(day) {
				return one.spans
			}
		}
		return nil
	}
}

// wants gives what the rules want then, and the one that says so; "" where none names the day.
func (r Rules) wants(place *time.Location, at time.Time) (on bool, by string) {
	if s, on := r.plan().holding(place, at); on {
		return true, s.rule
	}
	all, _ := r.parse()
	for _, one := range slices.Backward(all) {
		if one.names(dayOf(at.In(place))) {
			return false, one.text
		}
	}
	return false, ""
}
