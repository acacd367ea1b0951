package hub

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"parley/core"
)

// A happening is one thing that somebody does, a node does, or time does. Its numbers are taken modulo what there is.
type happening struct {
	What     string
	Node     int // through which hub
	Who, To  int // agents or customers
	Session  int // counted from the newest of those that can be meant
	Number   int
	Pause    time.Duration
	Document string // of settings
	Rival    string // of deeds at once: what the other one does, through the other hub
}

// botOfPlays is the one bot.
const botOfPlays core.AgentID = 77

// happenings by name; what is named more often happens more often.
var happenings = []string{
	"write", "write", "write", "write", "send empty", "customer ends", "customer rates",
	"say", "say", "say", "say", "say", "say", "note", "take", "take", "take over the limit", "assign", "assign", "assign over the limit", "release", "release", "transfer", "join",
	"leave", "end", "end", "unanswered", "snooze", "snooze", "unsnooze", "read", "typing", "prioritise", "tag", "block", "unblock",
	"limit", "limit", "limit", "limit", "availability", "availability", "availability", "come", "come", "come", "come", "node goes", "visit", "visit", "visit", "settings", "settings", "switch", "sweep",
	"abilities", "abilities", "language", "clock", "clock",
	"time", "time", "time", "time", "time", "time", "time", "time", "time", "time", "at once", "at once", "at once",
}

// rivals are what two people do to one session at once.
var rivals = []string{"take", "take over the limit", "assign", "assign over the limit", "release", "transfer", "say", "end", "snooze", "join", "block"}

var pauses = []time.Duration{
	0, time.Second, 10 * time.Second, 59 * time.Second, time.Minute, 2 * time.Minute, 3 * time.Minute, 9 * time.Minute, 25 * time.Minute, 31 * time.Minute, 3 * time.Hour,
}

// How long a node says that somebody is there, who may stay that long without another word.
var stays = []time.Duration{25 * time.Second, time.Hour, 10 * time.Hour}

// limits are how many sessions at once agents want, most times fewer than there are; zero: any number.
var limits = []int64{1, 2, 1, 3, 1, 0}

// abilities are what agents speak and are good at, most times something.
var abilities = []AbilitiesChange{
	{Languages: []core.Language{"de"}, Skills: []string{"vip"}}, {Languages: []core.Language{"en-US"}, Skills: []string{}}, {Languages: []core.Language{"de", "en"}},
	{Languages: []core.Language{}}, {Skills: []string{"refund", "vip"}}, {Languages: []core.Language{"de-CH"}, Skills: []string{"refund"}},
}

// aDocument draws a department's settings; the first of each is what shrinking comes to.
func aDocument(t *rapid.T) string {
	on := func(name string) bool { return rapid.Bool().Draw(t, name) }
	bot := core.AgentID(0)
	if rapid.Bool().Draw(t, "bot") {
		bot = botOfPlays
	}
	one := func(name string, of ...int) int { return rapid.SampledFrom(of).Draw(t, name) }
	return fmt.Sprintf(`{"distribution": {"strategy": %q, "hard_limit": %t, "ceiling": %d,
			"language": {"seconds": %d, "strict": %t}, "skills": {"seconds": %d}, "skill_tags": "vip, refund", "last_agent": {"on": %t, "seconds": %d}},
		"hand_off": {"first_response": {"on": %t}, "follow_up": {"on": %t}, "absence": {"on": %t}},
		"auto_close": {"site": %d, "messenger": %d, "warning": %d}, "reopen": {"site": %d, "messenger": %d},
		"queue": {"messengers": %t}, "bot": {"agent": %q, "seconds": %d}, "activation": {"threshold": %d, "closed_when_nobody": %t},
		"service": {"waiting_maximum": %d, "raise_priority": %t, "idle_warning": %d, "duration_critical": %d}}`,
		rapid.SampledFrom([]core.Strategy{core.RoundRobin, core.LeastBusy, core.PriorityFirst, core.Manual}).Draw(t, "strategy"), on("hard limit"), one("ceiling", 0, 1, 3),
		one("language", 0, 10, 120), one("strict", 0, 0, 0, 1) == 1, one("skills", 0, 10, 60), on("last agent"), one("last agent for", 60, 10, 180),
		on("first response"), on("follow-up"), on("absence"),
		one("site", 1800, 0, 60), one("messenger", 0, 3600), one("warning", 300, 0), one("reopen on a site", 0, 600), one("reopen on a messenger", 0, 86400),
		on("messengers"), bot, one("bot's time", 30, 5, 120), one("threshold", 0, 3), on("nobody"), one("waiting", 0, 120), on("raise"), one("idle", 0, 90), one("duration", 0, 7200))
}

func aHappening(t *rapid.T) happening {
	h := happening{
		What: rapid.SampledFrom(happenings).Draw(t, "what"), Node: rapid.IntRange(0, 1).Draw(t, "node"), Who: rapid.IntRange(0, 4).Draw(t, "who"),
		To: rapid.IntRange(0, 4).Draw(t, "to"), Session: rapid.IntRange(0, 5).Draw(t, "session"), Number: rapid.IntRange(0, 5).Draw(t, "number"),
	}
	switch h.What {
	case "time":
		h.Pause = rapid.SampledFrom(pauses).Draw(t, "pause")
	case "settings":
		h.Document = aDocument(t)
	case "at once":
		h.What, h.Rival = rapid.SampledFrom(rivals).Draw(t, "first"), rapid.SampledFrom(rivals).Draw(t, "second")
	}
	return h
}
