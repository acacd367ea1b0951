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
	Holidays  string `json:"holidays" doc:"dates that are closed, such as 2026-12-25, 2027-01-01"`
	Message   string `json:"message" doc:"what an automatic reply says"`
	AutoReply bool   `json:"auto_reply" doc:"on messengers, who writes outside of the hours is told so by itself, once in twelve hours"`
}

// AutoReplyTime is for how long a customer who was told that nobody works now is not told again.
const AutoReplyTime = 12 * time.Hour

const (
	maxHours   = 200 // bytes of a day
	maxMessage = 2000
	oneDay     = 24 * 60 // minutes
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
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return invalid(path+".holidays", "must be dates like 2026-12-25")
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

// Open tells whether the department works then. The zone is checked when it is set; one that this machine does not know counts as UTC.
func (h Hours) Open(zone string, at Time) bool {
	always := true
	for d := time.Sunday; d <= time.Saturday; d++ {
		always = always && h.day(d) == ""
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	now := at.Std().In(place)
	minute := now.Hour()*60 + now.Minute()
	if always {
		return !h.holiday(now)
	}
	yesterday := now.AddDate(0, 0, -1)
	return h.covers(now, minute) || h.covers(yesterday, minute+oneDay)
}

// covers tells whether a span of that day has the minute, which is counted from the day's beginning.
func (h Hours) covers(day time.Time, minute int) bool {
	if h.holiday(day) {
		return false
	}
	all, _ := spans(h.day(day.Weekday()))
	for _, s := range all {
		if s.from <= minute && minute < s.to {
			return true
		}
	}
	return false
}

func (h Hours) holiday(day time.Time) bool {
	for _, closed := range list(h.Holidays) {
		if closed == day.Format(time.DateOnly) {
			return true
		}
	}
	return false
}

// span is from one minute of a day, counted from its beginning, until before another, which may be of the next.
type span struct{ from, to int }

func spans(text string) (all []span, ok bool) {
	for _, one := range list(text) {
		from, to, two := strings.Cut(one, "-")
		s := span{minuteOf(from), minuteOf(to)}
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
