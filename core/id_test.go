package core

import (
	"encoding/json"
	"testing"
	"time"
)

func TestIDsAreReadOnlyInTheirOneForm(t *testing.T) {
	t.Parallel()
	id := SessionID(123456789012345)
	got, err := ParseID[SessionID](id.String())
	if err != nil || got != id {
		t.Fatalf("got %v, %v, want %v", got, err, id)
	}
	for _, s := range []string{
		"", "ses_", "ses_0", "ses_-1", "ses_+1", "ses_01", "SES_1", "ses_A", "agt_1", "ses_1 ", "1", "ses_zzzzzzzzzzzzzzzz", "ses__1", "ses_1\x00",
	} {
		if _, err := ParseID[SessionID](s); KindOf(err) != NotFound {
			t.Errorf("%q: got %v, want not found", s, err)
		}
	}
	var back SessionID
	b, _ := json.Marshal(id)
	if err := json.Unmarshal(b, &back); err != nil || back != id {
		t.Errorf("through JSON: got %v, %v", back, err)
	}
}

func TestIDsRise(t *testing.T) {
	t.Parallel()
	var m IDMaker
	last := int64(0)
	now := At(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	for i := range 10_000 {
		at := now
		if i%3 == 0 {
			at = now.Add(-time.Hour) // the clock jumped back
		}
		id := m.Next(at)
		if id <= last {
			t.Fatalf("%d follows %d", id, last)
		}
		last = id
	}
	for range 100 {
		var first IDMaker // of a machine that thinks it is 1970, at each of its starts
		if id := first.Next(At(time.Date(1970, 1, 1, 0, 1, 0, 0, time.UTC))); id <= 0 {
			t.Errorf("an id of 1970 is %d", id)
		}
	}
	if far := m.Next(At(time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC))); far <= 0 {
		t.Errorf("an id of 2090 is %d", far)
	}
}
