package main

import (
	"context"
	"encoding/json"
	"fmt"

	"parley/channels/widget"
	"parley/core"
	"parley/core/hub"
	"parley/core/store"
)

// The demo's people. What each is where goes by the department's slug.
var (
	demoDepartments = []struct{ name, zone string }{{"Support", "Europe/Berlin"}, {"Sales", "Europe/Berlin"}}
	demoAgents      = []struct {
		email, name string
		admin       bool
		roles       map[string]core.Role
	}{
		{"anna@example.test", "Anna Berg", false, map[string]core.Role{"support": core.Operator, "sales": core.Operator}},
		{"boris@example.test", "Boris Lind", false, map[string]core.Role{"support": core.Operator}},
		{"sofia@example.test", "Sofia Marin", true, map[string]core.Role{"support": core.Supervisor, "sales": core.Supervisor}},
	}
)

const demoChannel = "support-widget"

// sample makes what the demo shows, by the hub's own deeds.
type sample struct {
	hub     *hub.Hub
	store   *store.Store
	support core.Department
	channel core.Channel
	agents  map[string]core.Actor // by first name
	told    int                   // how much has been said, for keys
}

// fillDemo adds the demo's people, and in a database without sessions its sample sessions. One in which others work is
// left as it is: everybody knows the demo's passwords.
func fillDemo(ctx context.Context, n *node, origins []string) error {
	s := &sample{hub: n.hub, store: n.store, agents: map[string]core.Actor{}}
	ours, err := s.ours(ctx)
	if err != nil || !ours {
		return err
	}
	if err := s.people(ctx); err != nil {
		return fmt.Errorf("add the demo's people: %w", err)
	}
	if err := s.widget(ctx, origins); err != nil {
		return fmt.Errorf("add the demo's widget: %w", err)
	}
	n.watch.look(ctx) // so that its agents can speak there
	if err := s.sessions(ctx); err != nil {
		return fmt.Errorf("add the demo's sessions: %w", err)
	}
	return nil
}

// ours tells whether the database has nobody but the demo's agents.
func (s *sample) ours(ctx context.Context) (bool, error) {
	agents, err := s.store.Agents(ctx)
	if err != nil {
		return false, err
	}
	known := map[string]bool{}
	for _, a := range demoAgents {
		known[a.email] = true
	}
	for _, a := range agents {
		if !known[a.Agent.Email] {
			return false, nil
		}
	}
	return true, nil
}

func (s *sample) people(ctx context.Context) error {
	there, err := s.store.AllDepartments(ctx)
	if err != nil {
		return err
	}
	departments := map[string]core.Department{}
	for _, d := range there {
		departments[d.Slug] = d
	}
	for _, d := range demoDepartments {
		slug := core.Slug(d.name)
		if departments[slug].ID == 0 {
			if departments[slug], err = s.hub.AddDepartment(ctx, d.name, slug, d.zone); err != nil {
				return err
			}
		}
	}
	s.support = departments["support"]
	for _, a := range demoAgents {
		actor, err := s.store.AgentByEmail(ctx, a.email)
		if core.KindOf(err) == core.NotFound {
			roles := core.Roles{}
			for slug, role := range a.roles {
				roles[departments[slug].ID] = role
			}
			_, err = s.hub.AddAgent(ctx, hub.NewAgent{Email: a.email, Name: a.name, Password: demoPassword, Admin: a.admin, Roles: roles})
			if err == nil {
				actor, err = s.store.AgentByEmail(ctx, a.email)
			}
		}
		if err != nil {
			return err
		}
		s.agents[core.PublicName(a.name)] = actor
	}
	return nil
}

func (s *sample) widget(ctx context.Context, origins []string) error {
	there, err := s.store.Channels(ctx)
	if err != nil {
		return err
	}
	for _, c := range there {
		if c.Slug == demoChannel {
			s.channel = c
			return nil
		}
	}
	settings, err := widget.NewSettings(origins)
	settings.Files = true
	if err != nil {
		return err
	}
	document, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("write settings down: %w", err)
	}
	s.channel, err = s.hub.AddChannel(ctx, hub.NewChannel{Slug: demoChannel, Kind: widget.Kind, Department: s.support.ID, Settings: document})
	return err
}

// sessions shows a session in every state.
func (s *sample) sessions(ctx context.Context) error {
	first, err := s.store.Sessions(ctx, s.agents["Sofia"].Scope(), store.SessionFilter{}, "", 1)
	if err != nil || len(first.Items) > 0 {
		return err
	}
	stay := json.RawMessage(`{"abandon": {"on": false}}`) // nobody has the demo's customers' pages open
	if _, err := s.hub.SetSettings(ctx, s.agents["Sofia"], s.support.ID, stay, 0); err != nil {
		return err
	}
	for _, tell := range []func(context.Context) error{s.ended, s.active, s.pending, s.waiting} {
		if err := tell(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *sample) ended(ctx context.Context) error {
	const who = "Ingrid Holm"
	id, err := s.asks(ctx, who, "Hi! Which bulb fits the Fjord floor lamp?")
	return s.then(ctx, err,
		s.does("Boris", core.Say{Session: id, Text: "Hello Ingrid, the Fjord takes an E27 bulb, at most 12 W LED."}),
		s.says(who, "And would a smart bulb work with its dimmer?"),
		s.does("Boris", core.Say{Session: id, Text: "Better not: set the foot dimmer to full and let the bulb do the dimming. Otherwise it may flicker."}),
		s.says(who, "Good to know. That is all, thank you!"),
		s.does("Boris", core.Say{Session: id, Text: "With pleasure. Enjoy the light!"}),
		s.does("Boris", core.End{Session: id}),
		s.rates(who, id, core.Good, "Quick, and no sales talk."),
	)
}

func (s *sample) active(ctx context.Context) error {
	const who = "Tomás Vidal"
	id, err := s.asks(ctx, who, "Hello, my order 20417 says delivered, but there is no parcel here.")
	return s.then(ctx, err,
		s.does("Anna", core.Take{Session: id}),
		s.does("Anna", core.Say{Session: id, Text: "Hello Tomás, I am sorry to hear that. Let me ask the carrier where they left it."}),
		s.says(who, "Thanks. It is the two Halo pendants, we need them on Friday."),
		s.does("Anna", core.Note{Session: id, Text: "The carrier says it is with a neighbour at number 14. If it is not there, send two from stock: we have nine."}),
		s.does("Anna", core.Say{Session: id, Text: "The carrier left it with your neighbour at number 14. Could you look there?"}),
		s.says(who, "I will go and ask, one moment"),
		s.says(who, "They are not at home. Could you send new ones if it does not turn up?"),
	)
}

func (s *sample) pending(ctx context.Context) error {
	const who = "Mei Tanaka"
	id, err := s.asks(ctx, who, "The glass shade of my Bloom lamp arrived with a crack.")
	return s.then(ctx, err,
		s.says(who, "Can I get only the shade, or must I send the whole lamp back?"),
		s.does("Sofia", core.Assign{Session: id, To: s.agents["Boris"].Agent.ID}),
		s.does("Sofia", core.Note{Session: id, Text: "Boris, you know the Bloom. We have single shades in stock."}),
	)
}

func (s *sample) waiting(ctx context.Context) error {
	const who = "Jonas Weber"
	_, err := s.asks(ctx, who, "Good morning! Does the Linna table lamp also come with a longer cord?")
	return s.then(ctx, err, s.says(who, "It would stand three metres from the socket."))
}

// step is one thing that somebody does in a sample session.
type step func(context.Context) error

func (s *sample) then(ctx context.Context, err error, steps ...step) error {
	for _, do := range steps {
		if err != nil {
			return err
		}
		err = do(ctx)
	}
	return err
}

// asks lets a customer begin a session.
func (s *sample) asks(ctx context.Context, who, text string) (core.SessionID, error) {
	if err := s.says(who, text)(ctx); err != nil {
		return 0, err
	}
	sessions, err := s.store.Sessions(ctx, s.agents["Sofia"].Scope(), store.SessionFilter{State: []core.State{core.Waiting}}, "", 1)
	if err != nil {
		return 0, err
	}
	if len(sessions.Items) == 0 {
		return 0, fmt.Errorf("no session waits for %q", who)
	}
	return sessions.Items[0].ID, nil
}

func (s *sample) says(who, text string) step {
	return func(ctx context.Context) error {
		return s.hub.Receive(ctx, s.from(who, core.InboundMessage, text))
	}
}

// rates lets a customer say what they think of a session.
func (s *sample) rates(who string, id core.SessionID, r core.Rating, comment string) step {
	return func(ctx context.Context) error {
		first, _, err := s.store.Messages(ctx, s.agents["Sofia"].Scope(), id, 0, 1, 1) // after the event with which it began
		if err != nil {
			return err
		}
		in := s.from(who, core.InboundRate, comment)
		in.About, in.Rating = first[0].ID, r
		return s.hub.Receive(ctx, in)
	}
}

// from gives what a customer does.
func (s *sample) from(who string, v core.InboundVerb, text string) core.Inbound {
	s.told++
	return core.Inbound{
		Channel: s.channel.ID, Department: s.support.ID, Verb: v, Dedupe: fmt.Sprintf("demo-%d", s.told),
		Identity: core.RemoteID("demo " + who), Conversation: core.RemoteID("demo " + who), Profile: core.Profile{Name: who},
		Content: core.Content{Text: text},
	}
}

func (s *sample) does(who string, d core.Deed) step {
	return func(ctx context.Context) error {
		_, err := s.hub.Do(ctx, s.agents[who], d, "")
		return err
	}
}
