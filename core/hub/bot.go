package hub

import (
	"parley/core"
	"parley/core/store"
)

// greets gives the bot with which a session begins, zero if it begins in the queue (FEATURES C20): no bot serves its department, it is
// not open, or the customer asks for a person at once.
func greets(w *store.Work, s core.Session, text string) (core.Actor, error) {
	settings, err := w.Settings(s.Department)
	if err != nil || s.Aside != "" || settings.Bot.Asks(text) {
		return core.Actor{}, err
	}
	bot, serves, err := botOf(w, settings.Bot, s.Department)
	if !serves {
		return core.Actor{}, err
	}
	return bot, nil
}

// botOf gives a department's bot, and tells whether it serves there.
func botOf(w *store.Work, b core.Bot, d core.DepartmentID) (bot core.Actor, serves bool, err error) {
	if b.Agent == 0 {
		return bot, false, nil
	}
	bot, err = w.Agent(b.Agent)
	if core.KindOf(err) == core.NotFound {
		return bot, false, nil
	}
	return bot, err == nil && b.Serves(bot, d), err
}

// queueOrBot puts a session that begins where it begins: into the queue, or with the department's bot.
func queueOrBot(w *store.Work, s *core.Session, text string) (bot core.Actor, err error) {
	bot, err = greets(w, *s, text)
	switch {
	case err != nil:
		return bot, err
	case bot.Agent.ID == 0:
		return bot, enqueue(w, s.Department)
	}
	s.HoldByBot(bot.Agent.ID, w.Now())
	return bot, nil
}

// enterBot tells agents that a bot has the session, if one does. The customer meets nobody by that.
func enterBot(w *store.Work, s *core.Session, bot core.Actor) {
	if bot.Agent.ID == 0 {
		return
	}
	w.PutParticipant(core.Participant{Session: s.ID, Agent: bot.Agent.ID, JoinedAt: w.Now()})
	s.ReadSeq = 0 // the bot has not read what people have while the session was empty
	w.Append(s, core.Event{
		Kind: core.EventTaken, Audience: core.AgentsOnly, ActorKind: core.ByAgent, Actor: int64(bot.Agent.ID), Name: bot.Agent.PublicName,
	})
}

// handOver hands a session that its bot has to people, where the bot leaves its customer waiting, serves no more, or is asked to by what the customer has
// said, and gives when to look again.
func (h *Hub) handOver(w *store.Work, s *core.Session, text string) (next core.Time, err error) {
	if !s.Bot || !s.Open() {
		return 0, nil
	}
	settings, err := w.Settings(s.Department)
	if err != nil {
		return 0, err
	}
	_, serves, err := botOf(w, settings.Bot, s.Department)
	if err != nil {
		return 0, err
	}
	lapse, next := settings.Bot.Look(*s, serves && settings.Bot.Agent == s.Assignee, w.Now())
	if settings.Bot.Asks(text) {
		lapse = core.BotAsked
	}
	if lapse == core.NoLapse {
		return next, nil
	}
	return 0, h.putBack(w, s, lapse)
}

// checkBot says whether sessions of a department, or, for zero, of any, can begin with what is to be its bot.
func checkBot(w *store.Work, d core.DepartmentID, b core.Bot) error {
	if b.Agent == 0 {
		return nil
	}
	bot, err := w.Agent(b.Agent)
	if err != nil && core.KindOf(err) != core.NotFound {
		return err
	}
	var reason string
	switch {
	case err != nil || !bot.Agent.Bot || bot.Agent.DisabledAt != 0:
		reason = "is no bot: parley agent add --bot adds one"
	case d != 0 && !bot.Roles[d].Has(core.Operator):
		reason = "is not an operator of this department"
	default:
		return nil
	}
	return &core.Error{Op: "hub.SetSettings", Kind: core.Invalid, Field: "own.bot.agent", Reason: reason}
}
