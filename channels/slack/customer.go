package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// What people are told who write to the app, but to no agent.
const (
	sayNobodyReads = "Nobody reads what is written here."
	sayForAgents   = "This went to nobody: here customers write, and Parley knows you as an agent. Answer in the threads of your department's channel. /parley help tells more."
)

const (
	bringTries = 3 // of what the inbox does not take for no known cause
	bringPause = 200 * time.Millisecond
	lateTime   = 15 * time.Minute // in which Slack may still tell of a message: it tries for six
)

// conversation is where a customer writes: direct messages, or a thread of a help channel.
func (d doing) conversation() core.RemoteID {
	if direct(d.room) {
		return core.RemoteID(d.room)
	}
	return remote(d.room, d.root())
}

// root is what the thread hangs on that the message is in, or begins.
func (d doing) root() string { return cmp.Or(d.thread, d.ts) }

// expect gives the lane of what is done next, and remembers which conversations there will be.
func (a *Adapter) expect(d doing) string {
	if !a.settings.serves(d.room) {
		return d.lane()
	}
	if d.kind == didSay && a.settings.begins(d) {
		a.begun.add(string(d.conversation()))
	}
	return string(d.conversation())
}

// console tells whether something is said where agents work, though customers write in the room, or did: in a room that shows sessions, or
// in the thread of one from before. What is said there is never a customer's.
func (a *Adapter) console(ctx context.Context, d doing) (bool, error) {
	if direct(d.room) {
		return false, nil
	}
	_, err := a.config.Desk.Surface(ctx, core.RemoteID(d.room))
	if core.KindOf(err) == core.NotFound && d.inThread() {
		_, err = a.config.Desk.Session(ctx, core.Address{Conversation: core.RemoteID(d.room), Thread: core.RemoteID(d.thread)})
	}
	if core.KindOf(err) == core.NotFound {
		return false, nil
	}
	return err == nil, err
}

// hear brings what somebody does in a room of customers to the inbox. The error passes.
func (a *Adapter) hear(ctx context.Context, d doing) (reply, error) {
	if s, err := a.who(ctx, d.user); d.user == "USLACKBOT" || err == nil && s.bot {
		return reply{}, nil
	}
	var ours bool
	var err error
	if word := ""; direct(d.room) {
		if word, err = a.turnsAway(ctx, d); word != "" {
			return a.answerDirectly(d, word), err
		}
		ours = true
	} else {
		ours, err = a.belongs(ctx, d)
	}
	if err != nil || !ours {
		return reply{}, err
	}
	in := a.inbound(ctx, d)
	if in.Verb != "" {
		if err := a.bring(ctx, in); err != nil {
			return reply{}, err
		}
	}
	a.handled.add(d.key())
	return reply{}, nil
}

// turnsAway says why a direct message is no customer's, "" if it is.
func (a *Adapter) turnsAway(ctx context.Context, d doing) (string, error) {
	word := ""
	if !a.settings.DMs {
		word = sayNobodyReads
	} else if d.team == "" || d.team == a.settings.Team {
		email := ""
		if a.settings.LinkByEmail { // who is an agent by that does not become a customer first
			s, err := a.who(ctx, d.user)
			if err != nil {
				return "", err
			}
			email = s.email
		}
		switch _, err := a.agentOf(ctx, d.user, email); {
		case err == nil:
			word = sayForAgents
		case passing(err):
			return "", err
		}
	}
	if word == "" || d.kind == didSay || d.kind == didStrange {
		return word, nil
	}
	if known, err := a.stored(ctx, d.remote()); known || err != nil { // it was said as a customer, and is theirs to change
		return "", err
	}
	return word, nil
}

// answerDirectly tells somebody why their direct message goes to nobody: once an hour, for they may not have seen it the last time.
func (a *Adapter) answerDirectly(d doing, word string) reply {
	if d.kind != didSay || !a.told.add(d.user+" "+d.room+" "+a.config.Clock().UTC().Format("2006-01-02T15")) {
		return reply{}
	}
	return reply{after: func(ctx context.Context) {
		p := richPost(word, line(words(word)))
		_, _, err := a.api.api.PostMessageContext(ctx, d.room, append(p.options(), slack.MsgOptionBlocks(p.blocks...))...)
		if err != nil {
			a.config.Log.InfoContext(ctx, "a private word was not said", "error", asked("slack.answerDirectly", err))
		}
	}}
}

// stored tells whether a message is known: then its conversation is, too.
func (a *Adapter) stored(ctx context.Context, message core.RemoteID) (bool, error) {
	_, err := a.config.Desk.Message(ctx, message)
	if core.KindOf(err) == core.NotFound {
		return false, nil
	}
	return err == nil, err
}

// belongs tells whether something in a help channel is said to us. Other threads there are none of our business.
func (a *Adapter) belongs(ctx context.Context, d doing) (bool, error) {
	if !d.inThread() {
		if begins := a.settings.begins(d); begins && (d.kind == didSay || d.kind == didStrange || a.within(d.ts, lateTime)) || d.kind == didSay {
			return begins, nil
		}
		return a.stored(ctx, d.remote())
	}
	root := remote(d.room, d.thread)
	known, err := a.stored(ctx, root)
	if known || err != nil || !a.within(d.thread, lateTime) || a.handled.has(string(root)) {
		return known, err
	}
	// Nothing is known of the root yet. If it begins a session, what follows it must wait.
	begun := a.begun.has(string(root)) || a.settings.Help[d.room] == BeginsEvery
	if !begun && !a.others.has(d.lane()) {
		m, err := a.rootOf(ctx, d)
		if err != nil {
			return false, err
		}
		if begun = mentions(m.Msg, a.settings.Bot); begun {
			a.begun.add(string(root))
		} else {
			a.others.add(d.lane())
		}
	}
	if begun {
		return false, &core.Error{Op: "slack.belongs", Kind: core.Unavailable, RetryAfter: time.Second, Reason: "The thread's first message has not come yet."}
	}
	return false, nil
}

// within tells whether a message is no older than so long.
func (a *Adapter) within(ts string, age time.Duration) bool {
	at := timeOf(ts)
	return at != 0 && a.config.Clock().Sub(at.Std()) < age
}

// timeOf reads one of Slack's timestamps; zero if it is none.
func timeOf(ts string) core.Time {
	whole, part, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	micros, bad := strconv.ParseInt((part + "000000")[:6], 10, 64)
	if err != nil || bad != nil {
		return 0
	}
	return core.At(time.Unix(seconds, micros*1000))
}

// rootOf asks Slack for what a thread hangs on: nothing, if that is not there any more. The error passes.
func (a *Adapter) rootOf(ctx context.Context, d doing) (slack.Message, error) {
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	all, _, _, err := a.api.api.GetConversationRepliesContext(asking, &slack.GetConversationRepliesParameters{ChannelID: d.room, Timestamp: d.thread, Limit: 1})
	if err != nil {
		if e := fault("slack.rootOf", err); e.Kind != core.Gone && e.Kind != core.Invalid {
			return slack.Message{}, &core.Error{Op: e.Op, Kind: core.Unavailable, RetryAfter: e.RetryAfter, Err: err}
		}
		return slack.Message{}, nil
	}
	if len(all) == 0 || all[0].Timestamp != d.thread {
		return slack.Message{}, nil
	}
	return all[0], nil
}

// owner gives who began the conversation, and what is known of them; own: it is who does this. A session is its beginner's, so nobody else may
// speak as them.
func (a *Adapter) owner(ctx context.Context, d doing) (id core.RemoteID, profile core.Profile, own bool) {
	conversation, speaker := string(d.conversation()), person(cmp.Or(d.team, a.settings.Team), d.user)
	if direct(d.room) || !d.inThread() || d.parent == d.user {
		a.owners.add(conversation, speaker)
		return speaker, a.called(ctx, d.user, d.more.name), true
	}
	id, known := a.owners.get(conversation)
	if known && id == speaker {
		return id, a.called(ctx, d.user, d.more.name), true
	}
	if !known {
		user := d.parent
		if m, err := a.rootOf(ctx, d); err == nil && m.User != "" { // what is said must not wait for that
			user = m.User
		}
		if user == "" || user == a.settings.Bot { // nobody knows: then it is each time another
			return speaker, a.called(ctx, d.user, d.more.name), false
		}
		s, _ := a.who(ctx, user) // without an answer they are taken to be a colleague
		id = person(cmp.Or(s.team, a.settings.Team), user)
		if user == d.user {
			id = speaker
		}
		a.owners.add(conversation, id)
	}
	_, user, _ := strings.Cut(string(id), "/")
	return id, a.called(ctx, user, ""), id == speaker
}

// called gives what somebody is called, and what they use Slack in, as Slack tells now; or the name as the event says.
func (a *Adapter) called(ctx context.Context, user, told string) core.Profile {
	s, err := a.whoLately(ctx, user, a.pace.fresh)
	if err != nil {
		s, _ = a.people.get(user, a.config.Clock())
	}
	return core.Profile{Name: cmp.Or(s.name, told), Language: s.speaks}
}

// inbound is what somebody does, in our words. There is nothing in one without a verb.
func (a *Adapter) inbound(ctx context.Context, d doing) core.Inbound {
	id, profile, own := a.owner(ctx, d)
	in := core.Inbound{
		Channel: a.config.Channel.ID, Department: a.config.Channel.Department, Conversation: d.conversation(), Identity: id,
		Profile: profile, Dedupe: d.key(), At: timeOf(d.at),
	}
	switch d.kind {
	case didDelete:
		in.Verb, in.Target, in.Dedupe = core.InboundDelete, d.remote(), d.key()+"/d"
		return in
	case didStrange:
		in.Verb, in.Reason, in.Raw, in.Dedupe = core.InboundUnknown, "Parley does not know this kind of message in Slack.", d.more.raw, d.key()+"/u"
		return in
	case didEdit:
		in.Verb, in.Target, in.Dedupe, in.At = core.InboundEdit, d.remote(), d.key()+"/e"+d.edit, timeOf(d.edit)
	default:
		in.Verb, in.Remote = core.InboundMessage, d.remote()
		if direct(d.room) && d.inThread() {
			in.ReplyTo = remote(d.room, d.thread)
		}
	}
	a.threads.add(d.key(), core.RemoteID(d.root()))
	in.Content = a.said(ctx, d)
	if in.Text == "" && len(in.Media) == 0 {
		return core.Inbound{}
	}
	if !own {
		in.Content = quoted(cmp.Or(a.called(ctx, d.user, d.more.name).Name, "Somebody else"), in.Content)
	}
	return in
}

// said is what the message says. In a help channel the app is mentioned so that it listens: that is no part of it, unless there is nothing else.
func (a *Adapter) said(ctx context.Context, d doing) core.Content {
	media := a.heard(ctx, d.attached)
	whole := d.complete(content(d.msg, a.names(ctx)), media)
	if direct(d.room) || !mentions(d.msg, a.settings.Bot) {
		return whole
	}
	rest := content(unmentioned(d.msg, a.settings.Bot), a.names(ctx))
	rest.Text = strings.TrimRight(rest.Text, " \n")
	if rest = d.complete(rest, media); rest.Text == "" && len(rest.Media) == 0 {
		return whole
	}
	return rest
}

// quoted gives what somebody else says in a customer's conversation, with their name before it.
func quoted(name string, c core.Content) core.Content {
	name += ": "
	moved := utf8.RuneCountInString(name)
	all := core.Content{Text: name + c.Text, Entities: []core.Entity{{Kind: core.Bold, Length: moved - 1}}, Media: c.Media}
	for _, e := range c.Entities {
		e.Offset += moved
		all.Entities = append(all.Entities, e)
	}
	return channels.Clean(all)
}

// bring hands something in. What the inbox refuses is kept aside, so that the conversation goes on. The error passes.
func (a *Adapter) bring(ctx context.Context, in core.Inbound) error {
	for try := 1; ; try++ {
		err := a.config.Inbox.Receive(ctx, in)
		e, _ := errors.AsType[*core.Error](err)
		switch {
		case err == nil:
			a.received()
			return nil
		case ctx.Err() != nil, e != nil && (e.Kind == core.Busy || e.Kind == core.Unavailable || e.Kind == core.Throttled):
			return &core.Error{Op: "slack.bring", Kind: core.Unavailable, RetryAfter: pauseOf(err), Err: err}
		case e != nil && e.Kind == core.Invalid && e.Field == "client_id": // the same message, of which Slack has told otherwise before
			return nil
		case passing(err) && try < bringTries:
			wait(ctx, bringPause)
			continue
		case in.Verb == core.InboundUnknown && passing(err):
			return &core.Error{Op: "slack.bring", Kind: core.Unavailable, RetryAfter: time.Second, Err: err}
		case in.Verb == core.InboundUnknown:
			a.config.Log.ErrorContext(ctx, "an event is lost: it could not even be kept aside", "error", err)
			return nil
		}
		a.config.Log.WarnContext(ctx, "an event is kept aside", "verb", string(in.Verb), "error", err)
		in = core.Inbound{
			Channel: in.Channel, Department: in.Department, Conversation: in.Conversation, Identity: in.Identity, Verb: core.InboundUnknown,
			Dedupe: in.Dedupe + "/x", At: in.At, Reason: "It could not be taken.", Raw: fmt.Sprintf("%s %s %s", in.Verb, in.Target, in.Text),
		}
		try = 0
	}
}
