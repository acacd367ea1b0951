package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"parley/core"
)

// ScopeQuiet is the permission to see who is not to be disturbed.
const ScopeQuiet = "dnd:read"

const quietPage = 50 // people of whom is asked at once: https://docs.slack.dev/reference/methods/dnd.teamInfo

// ParseDND reads what becomes of agents' availability while they are not to be disturbed: busy, away or off. The error is Invalid, with the field.
func ParseDND(field, word string) (core.Availability, error) {
	switch word {
	case "off":
		return "", nil
	case string(core.AgentBusy), string(core.AgentAway):
		return core.Availability(word), nil
	}
	return "", invalid(field, "is none of busy, away and off")
}

// resting is when somebody is not to be disturbed, as Slack has it: the next time, or that which has begun. A time that somebody sets by hand is among
// them. https://docs.slack.dev/reference/events/dnd_updated_user
type resting struct {
	Enabled bool  `json:"dnd_enabled"`
	Start   int64 `json:"next_dnd_start_ts"`
	End     int64 `json:"next_dnd_end_ts"`
}

// until gives when the time is over that has begun; zero where none has.
func (r resting) until(now time.Time) core.Time {
	if !r.Enabled || now.Unix() < r.Start || now.Unix() >= r.End {
		return 0
	}
	return core.At(time.Unix(r.End, 0))
}

// keepQuiet looks now and then which agents are not to be disturbed, until ctx ends: Slack tells when somebody sets it, but not when a time begins
// that was set before.
func (a *Adapter) keepQuiet(ctx context.Context) error {
	for ctx.Err() == nil {
		a.lookQuiet(ctx)
		wait(ctx, a.pace.rest)
	}
	return nil
}

// lookQuiet asks Slack of all linked agents. What it does not tell is as it was.
func (a *Adapter) lookQuiet(ctx context.Context) {
	linked, err := a.config.Desk.Linked(ctx)
	if err != nil {
		a.config.Log.InfoContext(ctx, "who is not to be disturbed is not known", "error", err)
		return
	}
	var users []string
	for _, remote := range linked {
		if user, ours := strings.CutPrefix(string(remote), a.settings.Team+"/"); ours {
			users = append(users, user)
		}
	}
	for page := range slices.Chunk(users, quietPage) {
		all, err := a.api.api.GetDNDTeamInfoContext(ctx, page)
		if err != nil {
			a.config.Log.InfoContext(ctx, "who is not to be disturbed is not known", "error", asked("slack.lookQuiet", err))
			return
		}
		for user, is := range all {
			a.quieten(ctx, user, restingOf(is))
		}
	}
}

func restingOf(is slack.DNDStatus) resting {
	return resting{Enabled: is.Enabled, Start: int64(is.NextStartTimestamp), End: int64(is.NextEndTimestamp)}
}

// quieten keeps whether somebody is to be disturbed. A failure waits for the next look.
func (a *Adapter) quieten(ctx context.Context, user string, r resting) {
	if a.settings.DND == "" {
		return
	}
	changed, err := a.config.Desk.Quieten(ctx, person(a.settings.Team, user), a.settings.DND, r.until(a.config.Clock()))
	if err != nil {
		a.config.Log.InfoContext(ctx, "that somebody is not to be disturbed was not kept", "error", err)
	}
	if changed {
		a.homes.stir(user)
	}
}

// quietWhy says why an agent's availability is not what they have said; nil if it is.
func quietWhy(agent core.Agent) slack.Block {
	if agent.QuietFormer == "" {
		return nil
	}
	text := "Do Not Disturb in Slack makes you " + string(agent.Availability) + " until " + moment(agent.QuietUntil) + "; then you are " +
		string(agent.QuietFormer) + " again. What you choose here holds all the same."
	return slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, text, false, true))
}
