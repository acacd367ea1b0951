package slack

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
)

// says gives what Anna says of herself.
func (d *fakeDesk) says() core.Availability {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.agents["T1/UANNA"].Availability
}

func TestAgentsSayWhetherTheyWorkS10(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	for _, step := range []struct {
		text string
		want core.Availability
	}{{"away", core.AgentAway}, {"BACK", core.AgentAvailable}, {"busy now", core.AgentBusy}} {
		if got := c.typed(step.text); !strings.Contains(got, "Colleagues see you as "+string(step.want)+" now") || c.desk.says() != step.want {
			t.Errorf("%q: got %q and %q, want %q", step.text, got, c.desk.says(), step.want)
		}
	}
	if got := c.fake.made("views.publish"); len(got) != 3 {
		t.Errorf("the home: got it shown %d times, want 3", len(got))
	}
	if got := c.typed("help"); !strings.Contains(got, "/parley away") {
		t.Errorf("help: got %q", got)
	}
	delete(c.desk.agents, "T1/UANNA")
	if got := c.typed("away"); !strings.Contains(got, "Nothing was done: Parley does not know which agent you are") {
		t.Errorf("not linked: got %q", got)
	}
}

// chosen is what Slack tells of a choice in the app's home.
func chosen(user, value string) map[string]any {
	return map[string]any{
		"type": "block_actions", "user": map[string]any{"id": user, "team_id": "T1"}, "container": map[string]any{"type": "view"},
		"actions": []map[string]any{{"type": "static_select", "action_id": pressAvailability, "selected_option": map[string]any{"value": value}}},
	}
}

func TestAvailabilityIsChosenInTheHomeS10(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		press map[string]any
		want  core.Availability
		shown []string
	}{
		"a word":                   {chosen("UANNA", "offline"), core.AgentOffline, []string{`"initial_option":{"text":{"type":"plain_text","text":"Offline"`}},
		"a word that there is not": {chosen("UANNA", "CANARY"), "", []string{"Nothing was done."}},
		"nothing":                  {map[string]any{"type": "block_actions", "user": map[string]any{"id": "UANNA"}, "actions": []map[string]any{{"action_id": pressAvailability}}}, "", []string{"Nothing was done."}},
		"somebody who is no agent": {chosen("UNEW", "away"), "", []string{"Nothing was done: Parley does not know which agent you are"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			if w := c.form("payload", test.press); w.Code != 200 || c.desk.says() != test.want {
				t.Errorf("got %d and %q, want %q", w.Code, c.desk.says(), test.want)
			}
			got := string(view(t, c.fake.one(t, "views.publish")).Blocks)
			for _, want := range test.shown {
				if !strings.Contains(got, want) || strings.Contains(got, "CANARY") {
					t.Errorf("got %s, want %q in it", got, want)
				}
			}
			if len(c.private()) != 0 {
				t.Errorf("got %q told, want it in the home only", c.private())
			}
		})
	}
}

func TestAHomeFollowsItsSessions(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.pace.home = 200 * time.Millisecond // in which five changes come
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	running := make(chan error, 1)
	go func() { running <- c.Run(ctx) }()
	shown := func() int { return len(c.fake.made("views.publish")) }
	changes := func(assignee core.AgentID) {
		t.Helper()
		card := testCard()
		card.Assignee = assignee
		for range 5 {
			c.homes.touch(card)
		}
	}
	changes(anna.ID)
	c.tell(map[string]any{"type": "app_home_opened", "user": "UANNA", "tab": "home"})
	if got := shown(); got != 1 {
		t.Fatalf("the visit: got it shown %d times, want once", got)
	}
	c.desk.mu.Lock()
	c.desk.mine = []core.Card{testCard()}
	c.desk.mu.Unlock()
	changes(boris.ID) // another's
	changes(anna.ID)
	soon(t, func() bool { return shown() >= 2 })
	changes(boris.ID) // of hers that has become another's
	soon(t, func() bool { return shown() >= 3 })
	time.Sleep(5 * c.pace.home)
	if got := shown(); got > 6 {
		t.Errorf("ten changes: got the home shown %d times, want them taken together", got)
	}
	stop()
	if err := <-running; err != nil {
		t.Error(err)
	}
}

func TestHomesOfLongAgoAreForgotten(t *testing.T) {
	t.Parallel()
	var h homes
	card := testCard()
	card.Assignee = anna.ID
	h.keep("UANNA", anna.ID, nil, testNow, true)
	h.keep("UBORIS", boris.ID, nil, testNow, true)
	h.keep("UNEW", 0, nil, testNow, true)
	h.touch(card)
	h.touch(card)
	if got := h.take(); !slices.Equal(got, []string{"UANNA"}) {
		t.Errorf("got %q, want Anna once", got)
	}
	h.keep("UANNA", anna.ID, nil, testNow.Add(homeTime), false)
	h.touch(card)
	if got := h.take(); len(got) != 0 {
		t.Errorf("an hour after her visit: got %q, want nobody", got)
	}
}

func TestWhoIsAwayOrNotThereIsSeenWhereSessionsAreAssignedC4(t *testing.T) {
	t.Parallel()
	away, long := here(anna), here(boris)
	away.Availability, long.Availability = core.AgentAway, core.AgentBusy
	long.Name = strings.Repeat("Ł", 200)
	gone := core.Colleague{ID: 10, Name: "Oleg", Availability: core.AgentBusy}
	out := core.Colleague{ID: 11, Name: "Sofia", Availability: core.AgentOffline}
	var got []string
	for _, option := range optionsOf([]core.Colleague{away, long, {ID: 9, Name: "Eve", Availability: core.AgentAvailable, Present: true}, gone, out}) {
		got = append(got, option.Text.Text)
		if n := len([]rune(option.Text.Text)); n > maxLabel {
			t.Errorf("%q: got %d runes, want at most %d", option.Text.Text, n, maxLabel)
		}
	}
	if got[0] != "Anna Arndt (away)" || !strings.HasSuffix(got[1], "… (busy)") || got[2] != "Eve" || got[3] != "Oleg (not here)" || got[4] != "Sofia (offline)" {
		t.Errorf("got %q", got)
	}
}

// soon waits until something holds.
func soon(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come to it")
		}
	}
}
