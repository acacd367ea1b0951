package core

import (
	"testing"
	"time"
)

func TestUntilWhenABlockHoldsC13(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		term            Term
		zone, now, want string // as clocks in UTC show it
	}{
		"the rest of the day, where the department is":            {ForDay, "Europe/Berlin", "2026-06-10T12:00:00Z", "2026-06-10T22:00:00Z"},
		"there it is the next day already":                        {ForDay, "Europe/Berlin", "2026-06-10T22:30:00Z", "2026-06-11T22:00:00Z"},
		"to the west it is still the day before":                  {ForDay, "America/New_York", "2026-06-11T02:00:00Z", "2026-06-11T04:00:00Z"},
		"the last of a year":                                      {ForDay, "Asia/Tokyo", "2026-12-31T05:00:00Z", "2026-12-31T15:00:00Z"},
		"an hour at least, into the next day":                     {ForDay, "Europe/Berlin", "2026-06-10T21:59:59Z", "2026-06-10T22:59:59Z"},
		"just an hour before midnight":                            {ForDay, "Europe/Berlin", "2026-06-10T21:00:00Z", "2026-06-10T22:00:00Z"},
		"a minute later":                                          {ForDay, "Europe/Berlin", "2026-06-10T21:01:00Z", "2026-06-10T22:01:00Z"},
		"a day of 23 hours":                                       {ForDay, "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		"a day of 25 hours":                                       {ForDay, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		"a day whose midnight the clocks leave out":               {ForDay, "Africa/Cairo", "2026-04-23T10:00:00Z", "2026-04-23T22:00:00Z"},
		"a day whose midnight the clocks leave out, in Chile":     {ForDay, "America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z"},
		"a day whose midnight the clocks show twice":              {ForDay, "America/Havana", "2026-10-31T12:00:00Z", "2026-11-01T04:00:00Z"},
		"the first of two midnights, also in the east":            {ForDay, "Asia/Amman", "2021-10-28T12:00:00Z", "2021-10-28T21:00:00Z"},
		"a zone that there is not is UTC":                         {ForDay, "Nowhere/Land", "2026-06-10T12:00:00Z", "2026-06-11T00:00:00Z"},
		"24 hours are 24 hours, also when the clocks are changed": {For24Hours, "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"},
		"7 days": {ForWeek, "Europe/Berlin", "2026-03-25T12:00:00Z", "2026-04-01T12:00:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.term.Until(At(now), tt.zone).Std().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
	if got := ForAlways.Until(At(time.Now()), "UTC"); got != 0 {
		t.Errorf("for good: got %s, want no end", got)
	}
	if err := CheckTerm("1h"); KindOf(err) != Invalid {
		t.Errorf("a term that there is not: got %v, want invalid", err)
	}
}

func TestWhenABlockHoldsC13(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		Blocked
		now  Time
		want bool
	}{
		"never blocked":            {Blocked{}, 5, false},
		"for good":                 {Blocked{Since: 1}, 5, true},
		"just before its end":      {Blocked{Since: 1, Until: 6}, 5, true},
		"at its end":               {Blocked{Since: 1, Until: 5}, 5, false},
		"lifted as soon as it was": {Blocked{Since: 5, Until: 5}, 5, false},
	} {
		if got := tt.Holds(tt.now); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestWhatABlockedCustomerIsToldC13(t *testing.T) {
	t.Parallel()
	until := At(time.Date(2026, 6, 10, 22, 59, 1, 0, time.UTC))
	for name, tt := range map[string]struct {
		until Time
		zone  string
		want  string
	}{
		"with the department's time, to the minute and not too early": {until, "Europe/Berlin", "You cannot write to us until 11 June 2026, 01:00 CEST. What you write before that does not reach us."},
		"for good": {0, "Europe/Berlin", "You cannot write to us here any more. What you write does not reach us."},
	} {
		if got := (Blocked{Since: 1, Until: tt.until}).Notice(tt.zone); got != tt.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
