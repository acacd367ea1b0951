package slack

import (
	"cmp"
	"context"
	"sync"
	"time"

	"parley/channels"
	"parley/core"
)

const (
	personTime = 10 * time.Minute // how long it is known who somebody is
	askTime    = 2 * time.Second  // Slack waits three for us
	maxPeople  = 2000
	maxNames   = 5 // that are looked up for one message
)

// someone is what Slack says of a person.
type someone struct {
	name   string
	email  string // "" unless members are linked by it
	speaks string // what they use Slack in, a tag of BCP 47; "" if Slack does not say
	bar    string // why they may not act; "": they may, if they are an agent
	bot    bool   // to whom nothing is explained
	team   string // where they belong, "" if Slack does not say
	until  time.Time
}

// people are those of whom Slack was asked. The zero people is ready.
type people struct {
	mu    sync.Mutex
	known map[string]someone
}

func (p *people) get(user string, now time.Time) (someone, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.known[user]
	return s, ok && now.Before(s.until)
}

func (p *people) put(user string, s someone, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxPeople {
		for name, other := range p.known {
			if !now.Before(other.until) {
				delete(p.known, name)
			}
		}
	}
	if p.known == nil || len(p.known) >= maxPeople {
		p.known = make(map[string]someone)
	}
	p.known[user] = s
}

// who asks Slack who somebody is.
func (a *Adapter) who(ctx context.Context, user string) (someone, error) {
	return a.whoLately(ctx, user, personTime)
}

// whoLately does, if that is longer ago than so long.
func (a *Adapter) whoLately(ctx context.Context, user string, ago time.Duration) (someone, error) {
	now := a.config.Clock()
	if s, ok := a.people.get(user, now.Add(personTime-ago)); ok {
		return s, nil
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	s := someone{until: now.Add(personTime)}
	u, err := a.api.api.GetUserInfoContext(asking, user)
	switch {
	case says(err, "user_not_found", "user_not_visible"):
		s.bar = sayForeign
	case err != nil:
		return s, asked("slack.who", err)
	case u.IsBot || u.IsWorkflowBot || u.IsConnectorBot || u.ID == "USLACKBOT":
		s.bar, s.bot = sayBot, true
	case u.Deleted:
		s.bar = sayGone
	case u.IsStranger || u.TeamID != "" && u.TeamID != a.settings.Team:
		s.bar = sayForeign
	case u.IsRestricted || u.IsUltraRestricted:
		s.bar = sayGuest
	}
	if err == nil && s.bar == "" && a.settings.LinkByEmail {
		s.email = u.Profile.Email
	}
	if err == nil {
		s.name, s.team = channels.CleanName(cmp.Or(u.Profile.DisplayName, u.RealName, u.Profile.RealName, u.Name)), u.TeamID
		s.speaks = u.Locale
	}
	a.people.put(user, s, now)
	return s, nil
}

// names gives what people are called, to whom a message refers.
func (a *Adapter) names(ctx context.Context) func(user string) string {
	asked := 0
	return func(user string) string {
		if !aUser.MatchString(user) || asked == maxNames {
			return ""
		}
		asked++
		s, err := a.who(ctx, user)
		if err != nil {
			return ""
		}
		return s.name
	}
}

// admission is who somebody is to us: an agent, or why they may not act.
type admission struct {
	agent core.Actor
	bar   string
	bot   bool
}

// admit looks whether somebody may act. The error passes.
func (a *Adapter) admit(ctx context.Context, team, user string) (admission, error) {
	if team != "" && team != a.settings.Team {
		return admission{bar: sayForeign}, nil
	}
	s, err := a.who(ctx, user)
	if err != nil || s.bar != "" {
		return admission{bar: s.bar, bot: s.bot}, err
	}
	agent, err := a.agentOf(ctx, user, s.email)
	switch {
	case err == nil:
		return admission{agent: agent}, nil
	case core.KindOf(err) == core.NotFound:
		return admission{bar: sayUnlinked}, nil
	case core.KindOf(err) == core.Forbidden:
		return admission{bar: sayDisabled}, nil
	}
	return admission{}, err
}

// agentOf gives the agent who a member of the workspace is: by their link, or by their e-mail address, "" where that does not count.
func (a *Adapter) agentOf(ctx context.Context, user, email string) (core.Actor, error) {
	remote := person(a.settings.Team, user)
	agent, err := a.config.Desk.Agent(ctx, remote)
	if core.KindOf(err) == core.NotFound && email != "" {
		return a.config.Desk.LinkByEmail(ctx, remote, email)
	}
	return agent, err
}
