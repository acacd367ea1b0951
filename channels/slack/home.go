package slack

import (
	"context"

	"github.com/slack-go/slack"
)

// showHome shows somebody in the app's home who they are to Parley, and their open sessions. It is best effort: it is made anew at each visit.
func (a *Adapter) showHome(ctx context.Context, user string) {
	ctx, cancel := context.WithTimeout(ctx, privateTime)
	defer cancel()
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: a.home(ctx, user)}}
	if _, err := a.api.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view}); err != nil {
		a.config.Log.InfoContext(ctx, "a home was not shown", "error", asked("slack.showHome", err))
	}
}

// home is what somebody's home shows.
func (a *Adapter) home(ctx context.Context, user string) []slack.Block {
	who, err := a.admit(ctx, "", user)
	switch {
	case err != nil:
		return []slack.Block{section(sayBusy)}
	case who.bar == sayUnlinked:
		return []slack.Block{section("Parley does not know which agent you are. Make a code in its workspace and type /parley link CODE."), section(sayHelp)}
	case who.bar != "":
		return []slack.Block{section(barredPress(who.bar))}
	}
	blocks := []slack.Block{section("You are " + who.agent.Agent.Name + " in Parley; customers see " + who.agent.Agent.PublicName + ".")}
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
	return append(blocks, slack.NewDividerBlock(), section(sayHelp))
}
