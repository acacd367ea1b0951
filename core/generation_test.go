package core

import "testing"

func TestACursorIsOfOneGeneration(t *testing.T) {
	t.Parallel()
	restored := NewGeneration()
	if restored <= 0 || restored == NewGeneration() {
		t.Fatalf("got %d, want another one each time", restored)
	}
	for name, tt := range map[string]struct {
		of     Generation
		cursor string
		want   EventID
	}{
		"of the first":                       {0, "msg_5", 5},
		"of a restored one":                  {restored, restored.Cursor(5), 5},
		"of the first, after a restore":      {restored, "msg_5", 0},
		"of a restored one, in the first":    {0, restored.Cursor(5), 0},
		"of the one before, restored again":  {restored, NewGeneration().Cursor(5), 0},
		"of the first, with a generation":    {0, "msg_5.0", 0},
		"with more after it":                 {restored, restored.Cursor(5) + ".1", 0},
		"none":                               {restored, "", 0},
		"a session":                          {0, "ses_5", 0},
		"of nothing, in a restored one":      {restored, restored.Cursor(0), 0},
		"of the first, written in a new way": {0, "msg_05", 0},
	} {
		if got := tt.of.Place(tt.cursor); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}
