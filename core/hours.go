package core

import (
	"strings"
	"time"
)

// Hours say when a department works, by the clocks of its time zone (S4.12, S4.13). A day is a list of spans, such as "09:00-12:30, 13:00-17:00";
// one that ends at or before its beginning goes on into the next day, and a day without any is closed. Where no day has any the department works always.
type Hours struct {
	Monday    string `json:"monday" doc:"such as 09:00-12:30, 13:00-17:00; empty: closed"`
	Tuesday   string `json:"tuesday"`
	Wednesday string `json:"wednesday"`
	Thursday  string `json:"thursday"`
	Friday    string `json:"friday"`
	Saturday  string `json:"saturday"`
	Sunday    string `json:"sunday"`
	Holidays  string `json:"holidays" doc:"days that are closed, such as 2026-12-24..2027-01-01, 2027-05-14 or, each year, 12-25"`
	Message   string `json:"message" doc:"what an automatic reply says"`
	AutoReply bool   `json:"auto_reply" doc:"on messengers, who writes outside of the hours is told so by itself, once in twelve hours"`
}

// AutoReplyTime is for how long a customer who was told that nobody works now is not told again.
const AutoReplyTime = 12 * time.Hour

const (
	maxHours   = 200 // bytes of a day
	maxMessage = 2000
)

// day gives a weekday's spans as they are written.
func (h Hours) day(d time.Weekday) string {
	return [...]string{h.Sunday, h.Monday, h.Tuesday, h.Wednesday, h.Thursday, h.Friday, h.Saturday}[d]
}

func (h Hours) check(path string) error {
	for d := time.Sunday; d <= time.Saturday; d++ {
		field := path + "." + strings.ToLower(d.String())
		if len(h.day(d)) > maxHours {
			return invalid(field, "is too long")
		}
		if _, ok := spans(h.day(d)); !ok {
			return invalid(field, "must be spans like 09:00-12:30, 13:00-17:00")
		}
	}
	if len(h.Holidays) > MaxSettings/2 {
		return invalid(path+".holidays", "is too long")
	}
	for _, day := range list(h.Holidays) {
		if _, ok := datesOf(day); !ok {
			return invalid(path+".holidays", "must be dates like 2026-12-25, 2026-12-27..2026-12-31 or, each year, 12-25")
		}
	}
	if h.Message != "" {
		if err := CheckText(path+".message", h.Message); err != nil {
			return err
		}
	}
	if len(h.Message) > maxMessage {
		return invalid(path+".message", "is longer than 2000 bytes")
	}
	return nil
}

// Replies tells whether there is something that customers are told by itself.
func (h Hours) Replies() bool { return h.AutoReply && h.Message != "" }

// Open tells whether the department works then, by the clocks of its zone.
func (h Hours) Open(zone string, at Time) bool {
	_, open := h.plan().holding(zoneOf(zone), at.Std())
	return open
}

// Since gives since when the department works without a break, zero where that is for longer than a week; and while it does not work, when it
// begins to, or a year from then where nothing says so.
func (h Hours) Since(zone string, at Time) Time {
	if h.always() && h.Holidays == "" {
		return 0
	}
	place, p := zoneOf(zone), h.plan()
	if _, open := p.holding(place, at.Std()); !open {
		if opens := p.edge(place, at.Std()); !opens.IsZero() {
			return At(opens)
		}
		return at.Add(MaxSeconds.Time())
	}
	for _, days := range [...]int{1, 8} { // most days begin after the one before
		var opened time.Time
		for edge := p.edge(place, at.Std().AddDate(0, 0, -days)); !edge.IsZero() && !edge.After(at.Std()); edge = p.edge(place, edge) {
			opened = edge // they take turns, and the last one before now opens
		}
		if !opened.IsZero() {
			return At(opened)
		}
	}
	return 0
}

// Holiday tells whether it is one there then.
func (h Hours) Holiday(zone string, at Time) bool {
	return h.holiday(dayOf(at.Std().In(zoneOf(zone))))
}

// always tells whether no day has any hours.
func (h Hours) always() bool {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if h.day(d) != "" {
			return false
		}
	}
	return true
}

func (h Hours) plan() plan {
	always := h.always()
	return func(day time.Time) []span {
		switch {
		case h.holiday(day):
			return nil
		case always:
			return []span{{to: oneDay}}
		}
		all, _ := spans(h.day(day.Weekday()))
		return all
	}
}

func (h Hours) holiday(day time.Time) bool {
	for _, closed := range list(h.Holidays) {
		if d, ok := datesOf(closed); ok && d.has(day) {
			return true
		}
	}
	return false
}
