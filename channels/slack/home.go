package slack

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"parley/core"
)

const (
	homeTime = time.Hour // after somebody has opened their home: until then it is kept true
	maxHomes = 500       // that are kept true
	homesAt  = 3         // shown at one time: with pace.home between, fewer than Slack takes
)

// homes are those that people have opened of late. One of which something has changed is shown anew, once for all changes meanwhile. The zero
// homes is ready.
type homes struct {
	mu    sync.Mutex
	open  map[string]openHome // by person
	stale []string            // the people who are to be shown theirs, who have waited longest first
}

// openHome is what a home shows.
type openHome struct {
	agent    core.AgentID
	sessions []core.SessionID
	until    time.Time
}

// keep notes what somebody's home shows. visit: they have just opened it. Who has not for long is forgotten.
func (h *homes) keep(user string, agent core.AgentID, shown []core.Card, now time.Time, visit bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	home, known := h.open[user]
	if visit {
		home.until = now.Add(homeTime)
	}
	if agent == 0 || !now.Before(home.until) || !known && len(h.open) >= maxHomes {
		delete(h.open, user)
		return
	}
	if h.open == nil {
		h.open = make(map[string]openHome)
	}
	home.agent, home.sessions = agent, nil
	for _, c := range shown {
		home.sessions = append(home.sessions, c.Session)
	}
	h.open[user] = home
}

// touch notes that a session has changed.
func (h *homes) touch(c core.Card) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for user, home := range h.open {
		if home.agent == c.Assignee || slices.Contains(home.sessions, c.Session) {
			h.mark(user)
		}
	}
}

// stir notes that something about somebody has changed who may have opened theirs.
func (h *homes) stir(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, open := h.open[user]; open {
		h.mark(user)
	}
}

func (h *homes) mark(user string) {
	if !slices.Contains(h.stale, user) {
		h.stale = append(h.stale, user)
	}
}

// take gives some of those who are to be shown their home.
func (h *homes) take() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := min(len(h.stale), homesAt)
	taken := slices.Clone(h.stale[:n])
	h.stale = slices.Delete(h.stale, 0, n)
	return taken
}

// keepHomes shows homes anew of which something has changed, until ctx ends.
func (a *Adapter) keepHomes(ctx context.Context) error {
	tick := time.NewTicker(a.pace.home)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, user := range a.homes.take() {
			a.showHome(ctx, user, false, "")
		}
	}
}

// showHome shows somebody in the app's home who they are to Parley, and their open sessions, after a word on what they did there, if it is
// not "". It is best effort: it is made anew at each visit.
func (a *Adapter) showHome(ctx context.Context, user string, visit bool, word string) {
	ctx, cancel := context.WithTimeout(ctx, privateTime)
	defer cancel()
	blocks, agent, all := a.home(ctx, user)
	if word != "" {
		blocks = append([]slack.Block{section(word)}, blocks...)
	}
	a.homes.keep(user, agent, all, a.config.Clock(), visit)
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
	if _, err := a.api.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view}); err != nil {
		a.config.Log.InfoContext(ctx, "a home was not shown", "error", asked("slack.showHome", err))
	}
}

// home is what somebody's home shows: of whom, and which sessions.
func (a *Adapter) home(ctx context.Context, user string) ([]slack.Block, core.AgentID, []core.Card) {
	who, err := a.admit(ctx, "", user)
	switch {
	case err != nil:
		return []slack.Block{section(sayBusy)}, 0, nil
	case who.bar == sayUnlinked:
		return []slack.Block{section("Parley does not know which agent you are. Make a code in its workspace and type /parley link CODE."), section(sayHelp)}, 0, nil
	case who.bar != "":
		return []slack.Block{section(barredPress(who.bar))}, 0, nil
	}
	agent := who.agent.Agent
	blocks := []slack.Block{
		section("You are " + agent.Name + " in Parley; customers see " + agent.PublicName + "."), availabilityPicker(agent.Availability),
	}
	if why := quietWhy(agent); why != nil {
		blocks = append(blocks, why)
	}
	all, err := a.config.Desk.Mine(ctx, who.agent)
	switch {
	case err != nil:
		blocks = append(blocks, section(sayBusy))
	case len(all) == 0:
		blocks = append(blocks, section(sayNothingMine))
	default:
		lines := append([]slack.RichTextElement{line(strong(many(int64(len(all)), "open session")))}, a.list(all)...)
		blocks = append(blocks, slack.NewRichTextBlock("", lines...))
	}
	return append(blocks, slack.NewDividerBlock(), section(sayHelp)), agent.ID, all
}
