package rule

import (
	"cmp"
	"reflect"
	"strings"
	"time"

	"parley/core"
	"parley/core/store"
)

// sight is all that a rule sees, under the names of its expr tags: of the event, and of its session as it stands when the rule looks.
type sight struct {
	Event    event    `expr:"event"`
	Session  session  `expr:"session"`
	Customer customer `expr:"customer"`
}

type event struct {
	Kind string `expr:"kind"` // as rules wait for it
	Text string `expr:"text"` // of a message: as much as a field takes
	By   string `expr:"by"`   // customer, agent or system
	Name string `expr:"name"` // the agent's, as customers see it
	Date string `expr:"date"` // in UTC: 2026-03-02
	Time string `expr:"time"` // in UTC: 2026-03-02T09:00:00.000000Z
}

type session struct {
	Number           int      `expr:"number"`
	State            string   `expr:"state"`
	Outcome          string   `expr:"outcome"` // "" until it has ended
	Rating           string   `expr:"rating"`  // good, bad; "" where its customer has not said
	Priority         string   `expr:"priority"`
	Tags             []string `expr:"tags"`
	Language         string   `expr:"language"`
	Channel          string   `expr:"channel"` // its short name
	Network          string   `expr:"network"` // what kind of channel it is
	Assignee         string   `expr:"assignee"`
	Messages         int      `expr:"messages"`
	CustomerMessages int      `expr:"customer_messages"`
	Waited           int      `expr:"waited"` // seconds until somebody answered first; until the event, where nobody has
	Lasted           int      `expr:"lasted"` // seconds until its end, or until the event
	HandOffs         int      `expr:"hand_offs"`
	Offline          bool     `expr:"offline"` // it began while the department was closed
}

type customer struct {
	Name string `expr:"name"`
}

// sightOf gives what rules see of an event, told as that.
func sightOf(as core.HookEvent, e core.Event, s store.Summary) sight {
	text := e.Text
	if len(text) > core.MaxFieldText {
		text = strings.ToValidUTF8(text[:core.MaxFieldText], "")
	}
	seconds := func(until core.Time) int {
		return max(0, int(until.Sub(s.StartedAt)/time.Second))
	}
	return sight{
		Event: event{
			Kind: string(as), Text: text, By: string(e.ActorKind), Name: e.Name, Date: e.At.Std().Format(time.DateOnly), Time: e.At.String(),
		},
		Session: session{
			Number: int(s.Number), State: string(s.State), Outcome: string(s.Outcome), Rating: string(s.Rating), Priority: string(s.Priority), Tags: s.Tags.List(),
			Language: string(s.Language), Channel: s.ChannelSlug, Network: s.ChannelKind, Assignee: s.AssigneeName, Messages: int(s.Messages),
			CustomerMessages: int(s.CustomerMessages), Waited: seconds(cmp.Or(s.FirstReplyAt, e.At)), Lasted: seconds(cmp.Or(s.EndedAt, e.At)),
			HandOffs: int(s.HandOffs), Offline: s.Aside == core.Offline,
		},
		Customer: customer{Name: s.CustomerName},
	}
}

// names gives what there is to see, and of each of it.
var names = func() map[string][]string {
	all := map[string][]string{}
	for f := range reflect.TypeFor[sight]().Fields() {
		for of := range f.Type.Fields() {
			all[f.Tag.Get("expr")] = append(all[f.Tag.Get("expr")], of.Tag.Get("expr"))
		}
	}
	return all
}()
