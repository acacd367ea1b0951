package hub

import (
	"context"
	"slices"

	"golang.org/x/text/language"

	"parley/core"
	"parley/core/store"
)

// LanguageOf reads a tag of BCP 47, however it is written, as far as language, script and region. The error is Invalid, with the field.
func LanguageOf(field, text string) (core.Language, error) {
	wrong := &core.Error{Op: "hub.LanguageOf", Kind: core.Invalid, Field: field, Reason: "must be a language, such as de, pt-BR or zh-Hant"}
	if len(text) > core.MaxLanguage {
		return "", wrong
	}
	tag, err := language.All.Parse(text)
	base, script, region := tag.Raw()
	if err != nil || base.String() == string(core.Undetermined) {
		return "", wrong
	}
	short, err := language.Raw.Compose(base, script, region)
	if err != nil {
		return "", wrong
	}
	return core.Language(short.String()), nil
}

// LanguagesOf reads some, as LanguageOf does. With unknown they may name Undetermined too.
func LanguagesOf(field string, some []core.Language, unknown bool) (core.Languages, error) {
	if len(some) > core.MaxLanguages {
		return "", &core.Error{Op: "hub.LanguagesOf", Kind: core.Invalid, Field: field, Reason: "are more than 20"}
	}
	all := make([]core.Language, len(some))
	for i, text := range some {
		if all[i] = text; unknown && text == core.Undetermined {
			continue
		}
		var err error
		if all[i], err = LanguageOf(field, string(text)); err != nil {
			return "", err
		}
	}
	return core.LanguagesOf(all), nil
}

// toldLanguage gives the language of which a channel tells with what a customer does; "": it tells of none that there is.
func toldLanguage(in core.Inbound) core.Language {
	l, err := LanguageOf("language", in.Profile.Language)
	if err != nil {
		return ""
	}
	return l
}

// learn keeps the language of which a channel tells, where none is known yet: an agent's word stays.
func learn(w *store.Work, s *core.Session, in core.Inbound) error {
	l := toldLanguage(in)
	if s.Language != "" || l == "" {
		return nil
	}
	return spoken(w, s, l, core.Event{Kind: core.EventLanguage, Audience: core.AgentsOnly, ActorKind: core.ByCustomer, Actor: int64(s.Identity)})
}

// spoken keeps a session's language, as e says who tells of it. If it waits, others may get it now.
func spoken(w *store.Work, s *core.Session, l core.Language, e core.Event) error {
	s.Language = l
	e.Text = string(l)
	w.Append(s, e)
	return reconsider(w, *s)
}

// reconsider has a session's department looked at, if the session waits there and others may get it by its language or tags now. That is not done in
// the same work, so that words and tags do not wait for the department.
func reconsider(w *store.Work, s core.Session) error {
	if !s.Unassigned() {
		return nil
	}
	settings, err := w.Settings(s.Department)
	if err == nil && settings.Distribution.Prefers() {
		w.Wake(core.AboutDepartment(s.Department), w.Now())
	}
	return err
}

// setLanguage says which language the customer speaks (FEATURES C28).
func (a *act) setLanguage(d core.SetLanguage) error {
	l, err := LanguageOf("language", string(d.Language))
	if err != nil || l == a.s.Language {
		return err
	}
	e := a.event(core.EventLanguage, core.AgentsOnly)
	e.Dedupe = a.Key()
	return spoken(a.Work, &a.s, l, e)
}

// remember keeps to whom the customer talked last, who gets the session before all others, if they receive sessions now: for who is not
// there nobody is to wait. last is zero where that is to be looked up.
func (h *Hub) remember(w *store.Work, s *core.Session, last core.AgentID) error {
	settings, err := w.Settings(s.Department)
	if how := settings.Distribution; err != nil || !how.Automatic() || !how.LastAgent.On {
		return err
	}
	if last == 0 {
		who, err := w.IdentityOf(*s)
		if err != nil {
			return err
		}
		if last, err = w.LastAgent(who.Customer); err != nil || last == 0 {
			return err
		}
	}
	found, err := w.Candidates(s.Department, settings.Distribution, []core.AgentID{last})
	if err == nil && slices.ContainsFunc(found, core.Candidate.Receiving) {
		s.LastAgent = last
	}
	return err
}

// AbilitiesChange is what an agent is to speak and to be good at from now on; nil stays as it is.
type AbilitiesChange struct {
	Languages []core.Language // tags of BCP 47, however they are written
	Skills    []string        // slugs
}

// over gives abilities as they become.
func (c AbilitiesChange) over(before core.Abilities) (after core.Abilities, err error) {
	after = before
	if c.Languages != nil {
		after.Languages, err = LanguagesOf("languages", c.Languages, false)
	}
	if c.Skills != nil && err == nil {
		after.Skills, err = core.SkillsOf("skills", c.Skills)
	}
	return after, err
}

// SetAbilities changes what an agent speaks and is good at, and gives the agent as they are then. Sessions that wait for such come to them at once if they
// have room. Agents say themselves what they speak; an admin, or a supervisor where they work, says both, and so does nobody in person: a command
// on the machine. Errors: Forbidden, NotFound, Invalid with the field.
func (h *Hub) SetAbilities(ctx context.Context, who core.Actor, id core.AgentID, c AbilitiesChange) (core.Actor, error) {
	if _, err := c.over(core.Abilities{}); err != nil {
		return core.Actor{}, err
	}
	hand := h.handOf(ctx)
	var after core.Actor
	_, err := h.writer.Do(ctx, store.Job{Touch: func(k *store.Keys) { k.Routes(id) }, Do: func(w *store.Work) error {
		before, err := w.LockAgent(id)
		if err != nil {
			return err
		}
		if err := teaches(who, before, c.Skills != nil); err != nil {
			return err
		}
		after = before
		if after.Agent.Abilities, err = c.over(before.Agent.Abilities); err != nil {
			return err
		}
		if after.Agent.Abilities == before.Agent.Abilities {
			return nil
		}
		auditAgent(w, hand, before, after)
		w.SetAbilities(after)
		w.Tell(settings(by(who, core.Event{Kind: core.EventAgentChanged, Target: id})))
		return h.employ(w, []core.AgentID{id})
	}})
	return after, err
}

// teaches says whether somebody may change what an agent speaks, and with skills what the agent is good at. Who does not work with the agent knows of
// none.
func teaches(who, agent core.Actor, skills bool) error {
	if who.Agent.ID == 0 || who.Agent.Admin || who.Agent.ID == agent.Agent.ID && !skills {
		return nil
	}
	colleague := who.Agent.ID == agent.Agent.ID
	for d := range agent.Roles {
		if who.Roles[d].Has(core.Supervisor) {
			return nil
		}
		colleague = colleague || who.Roles[d] != 0
	}
	if !colleague {
		return &core.Error{Op: "hub.teaches", Kind: core.NotFound}
	}
	return &core.Error{Op: "hub.teaches", Kind: core.Forbidden, Reason: "Only an admin or a supervisor of the agent's department does that; which languages one speaks one says oneself."}
}
