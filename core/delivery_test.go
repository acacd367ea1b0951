package core

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestThePauseIsLongerEachTimeB3(t *testing.T) {
	t.Parallel()
	for attempts, most := range []time.Duration{2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300} {
		if got := Pause(int64(attempts), 0); got != time.Second {
			t.Errorf("after %d attempts: got at least %v, want a second", attempts, got)
		}
		if got, want := Pause(int64(attempts), 0.5), time.Second+(most-1)*time.Second/2; got != want {
			t.Errorf("after %d attempts: got in the middle %v, want %v", attempts, got, want)
		}
		if got := Pause(int64(attempts), 0.999999999); got >= most*time.Second || got < most*time.Second-time.Millisecond {
			t.Errorf("after %d attempts: got at most %v, want %v", attempts, got, most*time.Second)
		}
	}
	if got := Pause(1<<40, 0.999999999); got > 5*time.Minute || got < 5*time.Minute-time.Millisecond {
		t.Errorf("after very many attempts: got %v", got)
	}
}

func TestWhatBecomesOfADeliveryB3(t *testing.T) {
	t.Parallel()
	begun := At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	fault := func(k Kind) *Error { return &Error{Op: "x.Deliver", Kind: k, Reason: "Why."} }
	waits := func(k Kind, d time.Duration, scope string) error {
		return &Error{Op: "x.Deliver", Kind: k, RetryAfter: d, Scope: scope}
	}
	const day = "The channel has not taken it for 24 hours."
	for name, c := range map[string]struct {
		verb  OutVerb
		after time.Duration // since the first try
		more  bool
		err   error
		want  Verdict
	}{
		"done":                                {OutSend, 0, false, nil, Verdict{State: Sent}},
		"done after days":                     {OutSend, 99 * time.Hour, false, nil, Verdict{State: Sent}},
		"a step of it":                        {OutEdit, 0, true, nil, Verdict{State: Queued}},
		"a step after days":                   {OutSend, 99 * time.Hour, true, nil, Verdict{State: Queued}},
		"told to wait":                        {OutSend, 0, false, waits(Throttled, time.Minute, ""), Verdict{State: Queued, Pause: time.Minute}},
		"told to wait an hour":                {OutSend, 23 * time.Hour, false, waits(Throttled, time.Hour, ""), Verdict{State: Queued, Pause: time.Hour}},
		"the channel told to wait":            {OutSend, 0, false, waits(Throttled, time.Minute, ScopeChannel), Verdict{State: Queued, Pause: time.Minute, Whole: true}},
		"told to wait no time":                {OutSend, 0, false, waits(Throttled, 0, ""), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"told to wait a moment":               {OutSend, 0, false, waits(Throttled, time.Second, ""), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"no answer":                           {OutSend, 0, false, fault(Unavailable), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"no answer from the network":          {OutSend, 0, false, waits(Unavailable, 0, ScopeChannel), Verdict{State: Queued, Pause: 4500 * time.Millisecond, Whole: true}},
		"busy":                                {OutSend, 0, false, fault(Busy), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"no answer, wrapped":                  {OutSend, 0, false, fmt.Errorf("post: %w", fault(Unavailable)), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"told to wait before the day is over": {OutSend, 24*time.Hour - time.Microsecond, false, waits(Throttled, time.Minute, ""), Verdict{State: Queued, Pause: time.Minute}},
		"told to wait when the day is over":   {OutSend, 24 * time.Hour, false, waits(Throttled, time.Minute, ""), Verdict{State: Failed, Reason: day}},
		"no answer when the day is over":      {OutSend, 25 * time.Hour, false, fault(Unavailable), Verdict{State: Failed, Reason: day}},
		"a send of which nobody knows":        {OutSend, 0, false, fault(Uncertain), Verdict{State: MaySent, Reason: uncertainReason}},
		"… also a day later":                  {OutSend, 48 * time.Hour, false, fault(Uncertain), Verdict{State: MaySent, Reason: uncertainReason}},
		"an edit of which nobody knows":       {OutEdit, 0, false, fault(Uncertain), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"a deletion of which nobody knows":    {OutDelete, 0, false, fault(Uncertain), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"a reaction of which nobody knows":    {OutReact, 24 * time.Hour, false, fault(Uncertain), Verdict{State: Failed, Reason: day}},
		"a file before its hour is over":      {OutFile, time.Hour - time.Microsecond, false, fault(Unavailable), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"a file after that":                   {OutFile, time.Hour, false, fault(Unavailable), Verdict{State: Failed, Reason: "The channel has not taken it for an hour."}},
		"a file that is fetched for a day":    {OutFetch, 24 * time.Hour, false, fault(Unavailable), Verdict{State: Failed, Reason: "The channel has not handed it over for 24 hours."}},
		"an error that is none of ours":       {OutSend, 0, false, errors.New("EOF"), Verdict{State: MaySent, Reason: uncertainReason}},
		"… of an edit":                        {OutEdit, 0, false, errors.New("EOF"), Verdict{State: Queued, Pause: 4500 * time.Millisecond}},
		"the key is refused":                  {OutSend, 0, false, fault(Unauthorized), Verdict{State: Queued, Pause: time.Second, Whole: true}},
		"the key is refused for a week":       {OutSend, 200 * time.Hour, false, fault(Unauthorized), Verdict{State: Queued, Pause: time.Second, Whole: true}},
		"the customer is gone":                {OutSend, 0, false, fault(Gone), Verdict{State: Failed, Reason: "Why."}},
		"refused":                             {OutSend, 0, false, fault(Invalid), Verdict{State: Failed, Reason: "Why."}},
		"not found":                           {OutEdit, 0, false, fault(NotFound), Verdict{State: Failed, Reason: "Why."}},
		"refused without a word":              {OutSend, 0, false, &Error{Kind: Forbidden}, Verdict{State: Failed, Reason: "The channel refused it."}},
		"an error of ours without a kind":     {OutSend, 0, false, &Error{Op: "x"}, Verdict{State: Failed, Reason: "The channel refused it."}},
	} {
		lane := Lane{Since: begun, Attempts: 2}
		if got := Judge(c.verb, false, lane, c.more, c.err, begun.Add(c.after), 0.5); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
	if got := Judge(OutSend, true, Lane{Since: begun}, false, fault(Uncertain), begun, 0); got.State != Queued || got.Pause == 0 {
		t.Errorf("of a channel that can look whether it was sent: got %+v", got)
	}
	lost := &Error{Kind: Gone, Scope: ScopeThread}
	if got := Judge(OutSend, true, Lane{Since: begun}, false, lost, begun, 0); got.State != Queued || got.Pause == 0 {
		t.Errorf("to a thread that is lost: got %+v", got)
	}
	if got := Judge(OutSend, false, Lane{}, false, fault(Unavailable), begun, 0); got.State != Queued {
		t.Errorf("never tried before: got %+v", got)
	}
}

func TestWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	for verb, want := range map[OutVerb]DeliveryState{
		OutSend: MaySent, OutTell: MaySent, OutOpen: MaySent, OutEdit: Queued, OutDelete: Queued, OutReact: Queued, OutCard: Queued,
	} {
		if got := Unknown(verb, false); got.State != want || (got.Reason != "") != (want == MaySent) {
			t.Errorf("%s: got %+v, want %s", verb, got, want)
		}
		if got := Unknown(verb, true); got.State != Queued {
			t.Errorf("%s, of a channel that can look: got %+v", verb, got)
		}
	}
}
