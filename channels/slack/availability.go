package slack

import (
	"context"

	"github.com/slack-go/slack"

	"parley/core"
)

// pressAvailability is the list in the app's home in which an agent says whether they work.
const pressAvailability = "availability"

// commandAvailability is what a word after /parley says.
var commandAvailability = map[string]core.Availability{"away": core.AgentAway, "busy": core.AgentBusy, "back": core.AgentAvailable}

// availabilityWords is what people read.
var availabilityWords = map[core.Availability]string{
	core.AgentAvailable: "Available", core.AgentBusy: "Busy", core.AgentAway: "Away", core.AgentOffline: "Offline",
}

// beside is what stands behind the name of a colleague of whom something else is to be known than that they are there, and available. Who
// says that they do not work is believed, wherever they are.
func beside(c core.Colleague) string {
	switch {
	case c.Availability == core.AgentAway || c.Availability == core.AgentOffline:
		return " (" + string(c.Availability) + ")"
	case !c.Present:
		return " (not here)"
	case c.Availability == core.AgentBusy:
		return " (busy)"
	}
	return ""
}

// availability keeps what somebody says of themselves by a command.
func (a *Adapter) availability(ctx context.Context, c command, to core.Availability) reply {
	if word := a.declare(ctx, c.Team, c.User, to); word != "" {
		return privately(word)
	}
	r := privately("Colleagues see you as " + string(to) + " now. The sessions that you hold stay with you.")
	r.after = func(ctx context.Context) { a.showHome(ctx, c.User, false, "") }
	return r
}

// chooseAvailability keeps what somebody has chosen in the app's home, and shows that anew: also where nothing came of it.
func (a *Adapter) chooseAvailability(ctx context.Context, p press) reply {
	var to core.Availability
	if chosen := p.Actions[0].Selected; chosen != nil {
		to = core.Availability(chosen.Value)
	}
	word := a.declare(ctx, p.team(), p.User.ID, to)
	return reply{after: func(ctx context.Context) {
		a.showHome(ctx, p.User.ID, true, word)
	}}
}

// declare keeps what somebody says of themselves, and gives what they are to be told: "" if it is done.
func (a *Adapter) declare(ctx context.Context, team, user string, to core.Availability) string {
	who, err := a.admit(ctx, team, user)
	switch {
	case err != nil:
		return sayBusy
	case who.bar != "":
		return barredPress(who.bar)
	}
	if _, err := a.config.Desk.SetAvailability(ctx, who.agent, to); err != nil {
		return why(notDone, err)
	}
	a.received()
	return ""
}

// availabilityPicker shows what an agent says of themselves, and lets them say something else.
func availabilityPicker(now core.Availability) slack.Block {
	list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose"), pressAvailability)
	for _, a := range core.Availabilities {
		option := slack.NewOptionBlockObject(string(a), plainText(availabilityWords[a]), nil)
		list.Options = append(list.Options, option)
		if a == now {
			list.InitialOption = option
		}
	}
	return slack.NewSectionBlock(plainText("Colleagues see you as"), nil, slack.NewAccessory(list))
}
