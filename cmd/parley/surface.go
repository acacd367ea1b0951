package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"parley/channels/slack"
	"parley/core"
	"parley/core/hub"
)

type surfaceCommand struct {
	Add    surfaceAdd    `cmd:"" help:"Let a room show a department's sessions, from their next event on, or change how the room is set."`
	Move   surfaceMove   `cmd:"" help:"Move a room to another one: what it shows is shown there from now on, in new threads."`
	Remove surfaceRemove `cmd:"" help:"End that. What agents say in the threads that are there is kept as notes, unless it is sent on purpose."`
	List   surfaceList   `cmd:"" help:"List the surfaces."`
}

// spot names a surface.
type spot struct {
	Channel    string `required:"" placeholder:"SLUG" help:"The channel, as channel list names it."`
	Room       string `required:"" placeholder:"ID" help:"The room in it: a Slack channel, like C0123456789."`
	Department string `required:"" placeholder:"DEPT" help:"The department, named by slug or exact name."`
}

type surfaceAdd struct {
	spot
	Priority *string        `placeholder:"LEVEL,..." help:"Show only sessions of these priorities: low, normal, high, urgent; all ends that. If not given: as the room has it for the department, all for a new one."`
	Language *string        `placeholder:"TAG,..." help:"Show only sessions of customers who speak one of these languages, such as de,en; und: those whose language is not known; all ends that. If not given: as the room has it for the department, all for a new one."`
	Replies  *string        `placeholder:"out|inside" help:"What becomes of what agents write in the room's threads: out, it goes to the customer; inside, it stays a note unless it is sent on purpose. If not given: as the room has it, out for a new one."`
	Receipts *bool          `help:"Mark answers that were written there when they have reached the customer; --receipts=false ends that. If not given: as the room has it, not in a new one."`
	Hold     *time.Duration `placeholder:"TIME" help:"How long an answer written there is held back, up to 10s: until then it can be changed or deleted without a trace. Visitors of a widget see answers at once all the same. If not given: as the room has it, 0s for a new one."`
}

func (s surfaceAdd) Run(p *program) error {
	if _, err := s.priorities(); err != nil {
		return err
	}
	if _, err := s.languages(); err != nil {
		return err
	}
	if err := s.over(core.Surface{Replies: core.RepliesOut}).Check(); err != nil {
		return err
	}
	return s.set(p, func(ctx context.Context, o *office, f core.Surface) error {
		if err := o.forAgents(ctx, "room", s.Room); err != nil {
			return err
		}
		all, err := o.Surfaces(ctx)
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.Channel == f.Channel && other.Room == f.Room {
				f.Replies, f.Hold, f.Receipts = other.Replies, other.Hold, other.Receipts
				if other.Department == f.Department {
					f.Priorities, f.Languages = other.Priorities, other.Languages
				}
			}
		}
		if s.Priority != nil {
			if f.Priorities, err = s.priorities(); err != nil {
				return err
			}
		}
		if s.Language != nil {
			if f.Languages, err = s.languages(); err != nil {
				return err
			}
		}
		c, err := o.channel(ctx, s.Channel)
		if err != nil {
			return err
		}
		if err := o.checkMember(ctx, c, "room", s.Room); err != nil {
			return err
		}
		if err := o.hub.AddSurface(ctx, s.over(f)); err != nil {
			return err
		}
		return o.sayUnshown(ctx, p)
	})
}

// priorities gives those that were given; none: all.
func (s surfaceAdd) priorities() (core.PrioritySet, error) {
	if s.Priority == nil {
		return "", nil
	}
	var some []core.Priority
	for word := range strings.SplitSeq(*s.Priority, ",") {
		if word == "all" {
			some = append(some, core.Priorities...)
		} else {
			some = append(some, core.Priority(word))
		}
	}
	return core.PrioritySetOf("priority", some)
}

// languages gives those that were given; none: all.
func (s surfaceAdd) languages() (core.Languages, error) {
	if s.Language == nil {
		return "", nil
	}
	var some []core.Language
	for word := range strings.SplitSeq(*s.Language, ",") {
		if word == "all" {
			return "", nil
		}
		some = append(some, core.Language(word))
	}
	return hub.LanguagesOf("language", some, true)
}

// sayUnshown says of each department with rooms which of its sessions are shown in none of them, and which of those there are now.
func (o *office) sayUnshown(ctx context.Context, p *program) error {
	all, err := o.Surfaces(ctx)
	if err != nil {
		return err
	}
	departments, err := o.AllDepartments(ctx)
	if err != nil {
		return err
	}
	for _, d := range departments {
		gaps := core.Unshown(all, d.ID)
		if len(gaps) == 0 {
			continue
		}
		spoken, err := o.Languages(ctx, d.ID)
		if err != nil {
			return err
		}
		for _, gap := range gaps {
			fmt.Fprintf(p.stdout, "note: sessions of %s%s are shown in no room: agents find them in the workspace\n", d.Slug, gapWords(gap, spoken))
		}
	}
	return nil
}

// gapWords says which of a department's sessions are in a gap. spoken are the languages of those that are open.
func gapWords(gap core.Gap, spoken core.Languages) string {
	words := ""
	if len(gap.Priorities) < len(core.Priorities) {
		var names []string
		for _, p := range gap.Priorities {
			names = append(names, string(p))
		}
		words = " with the priority " + strings.Join(names, ", ")
	}
	if gap.But == "" {
		return words
	}
	words += " in other languages than " + spaced(string(gap.But))
	var now []string
	for _, l := range spoken.List() {
		if gap.Has(l) {
			now = append(now, string(l))
		}
	}
	if len(now) > 0 {
		words += " (of those that are open: " + strings.Join(now, ", ") + ")"
	}
	if gap.Has("") {
		words += ", and those whose language is not known,"
	}
	return words
}

// over gives the surface with the settings that were given.
func (s surfaceAdd) over(f core.Surface) core.Surface {
	if s.Replies != nil {
		f.Replies = core.Replies(*s.Replies)
	}
	if s.Receipts != nil {
		f.Receipts = *s.Receipts
	}
	if s.Hold != nil {
		f.Hold = *s.Hold
	}
	return f
}

type surfaceMove struct {
	Channel string `required:"" placeholder:"SLUG" help:"The channel, as channel list names it."`
	From    string `required:"" placeholder:"ID" help:"The room until now: a Slack channel, like C0123456789."`
	To      string `required:"" placeholder:"ID" help:"The room from now on: another Slack channel, which the app was invited to."`
}

func (m surfaceMove) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	c, err := o.consoleOf(ctx, m.Channel)
	if err != nil {
		return err
	}
	if err := slack.CheckRoom("from", m.From); err != nil {
		return err
	}
	if err := slack.CheckRoom("to", m.To); err != nil {
		return err
	}
	if err := o.forAgents(ctx, "to", m.To); err != nil {
		return err
	}
	if err := o.checkMember(ctx, c, "to", m.To); err != nil {
		return err
	}
	return o.hub.MoveSurface(ctx, c.ID, core.RemoteID(m.From), core.RemoteID(m.To))
}

type surfaceRemove struct{ spot }

func (s surfaceRemove) Run(p *program) error {
	return s.set(p, func(ctx context.Context, o *office, f core.Surface) error {
		if err := o.hub.RemoveSurface(ctx, f); err != nil {
			return err
		}
		return o.sayUnshown(ctx, p)
	})
}

// set does something with the surface.
func (s spot) set(p *program, do func(context.Context, *office, core.Surface) error) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	c, err := o.consoleOf(ctx, s.Channel)
	if err != nil {
		return err
	}
	if err := slack.CheckRoom("room", s.Room); err != nil {
		return err
	}
	d, err := o.department(ctx, "--department", s.Department)
	if err != nil {
		return err
	}
	return do(ctx, o, core.Surface{Channel: c.ID, Room: core.RemoteID(s.Room), Department: d.ID})
}

// consoleOf finds a channel in which agents can work.
func (o *office) consoleOf(ctx context.Context, slug string) (core.Channel, error) {
	c, err := o.channel(ctx, slug)
	if _, bad := err.(*badInput); bad { //nolint:errorlint // made by channel, never wrapped
		return c, &badInput{"--channel", "names no channel"}
	}
	if err == nil && c.Kind != slack.Kind {
		return c, &badInput{"--channel", "names a channel in which agents cannot work"}
	}
	return c, err
}

type surfaceList struct{}

// receiptWords is how the list shows whether a room has receipts.
var receiptWords = map[bool]string{true: "on", false: "off"}

func (surfaceList) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Surfaces(ctx)
	if err != nil {
		return err
	}
	channels, err := o.Channels(ctx)
	if err != nil {
		return err
	}
	departments, err := o.AllDepartments(ctx)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, c := range channels {
		names[int64(c.ID)] = c.Slug
	}
	for _, d := range departments {
		names[int64(d.ID)] = d.Slug
	}
	rows := [][]string{{"CHANNEL", "ROOM", "DEPARTMENT", "PRIORITIES", "LANGUAGES", "REPLIES", "HOLD", "RECEIPTS"}}
	for _, f := range all {
		rows = append(rows, []string{names[int64(f.Channel)], string(f.Room), names[int64(f.Department)], cmp.Or(string(f.Priorities), "all"), cmp.Or(string(f.Languages), "all"), string(f.Replies), f.Hold.String(), receiptWords[f.Receipts]})
	}
	return p.table(rows)
}
