package slack

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

const opConnect = "slack.Connect"

// The fields of an app's keys.
const (
	fieldBot     = "bot_token"
	fieldApp     = "app_token"
	fieldSigning = "signing_secret"
)

// Connect asks Slack whose an app's keys are, and whether they are enough for the mode, and for what else is needed: permissions that not every app
// has. client may be nil, apiURL "" for Slack's own.
// The error is Invalid with the field, and names what is missing, or Unavailable.
func Connect(ctx context.Context, apiURL string, s Secrets, mode string, client *http.Client, needs ...string) (Settings, error) {
	if err := checkKeys(s, mode); err != nil {
		return Settings{}, err
	}
	c := newClient(client, apiURL, s)
	who, err := c.api.AuthTestContext(ctx)
	switch {
	case says(err, tokenWords...):
		return Settings{}, wrong(fieldBot, "holds a token that Slack refuses ("+wordOf(err)+")")
	case err != nil:
		return Settings{}, asked(opConnect, err)
	case who.TeamID == "" || who.UserID == "" || who.BotID == "":
		return Settings{}, wrong(fieldBot, "holds a token that is no bot's")
	}
	if missing := lacking(who.Header, needs); len(missing) > 0 {
		return Settings{}, wrong(fieldBot, "holds a token without the permissions "+strings.Join(missing, ", ")+
			": give them to the app, as in Parley's manifest, and install it again")
	}
	found := Settings{Mode: mode, Team: who.TeamID, Bot: who.UserID}
	if found.App, err = c.app(ctx, who.BotID); err != nil {
		return Settings{}, err
	}
	if mode == ModeSocket {
		if err := c.checkApp(ctx, s.App, found.App); err != nil {
			return Settings{}, err
		}
	}
	return found, nil
}

// checkKeys looks at the keys without asking.
func checkKeys(s Secrets, mode string) error {
	switch {
	case mode != ModeSocket && mode != ModeEvents:
		return wrong("mode", "is neither socket nor events")
	case !strings.HasPrefix(s.Bot.Reveal(), "xoxb-"):
		return wrong(fieldBot, "does not hold a bot token, which begins with xoxb-")
	case mode == ModeSocket && s.App == "":
		return wrong(fieldApp, "is needed in the mode socket")
	case mode == ModeSocket && !strings.HasPrefix(s.App.Reveal(), "xapp-"):
		return wrong(fieldApp, "does not hold an app-level token, which begins with xapp-")
	case mode == ModeEvents && s.Signing == "":
		return wrong(fieldSigning, "is needed in the mode events")
	case strings.HasPrefix(s.Signing.Reveal(), "xox"), strings.HasPrefix(s.Signing.Reveal(), "xapp-"):
		return wrong(fieldSigning, "holds a token, not the signing secret")
	}
	return nil
}

// lacking gives the permissions that the app was not given; none, where Slack does not tell.
func lacking(header http.Header, needs []string) []string {
	told := header.Get("X-OAuth-Scopes")
	if told == "" {
		return nil
	}
	var given []string
	for scope := range strings.SplitSeq(told, ",") {
		given = append(given, strings.TrimSpace(scope))
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool {
		return slices.Contains(given, scope) || slices.Contains(spare, scope) && !slices.Contains(needs, scope)
	})
}

// CheckMember asks Slack whether the app can read in a channel, which it can where it is a member. The error is Invalid, with the field, and says
// what to do; where Slack gives no clear answer there is none.
func CheckMember(ctx context.Context, apiURL string, s Secrets, field, room string, client *http.Client) error {
	c := newClient(client, apiURL, s)
	_, err := c.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: room, Limit: 1})
	if says(err, "not_in_channel", "channel_not_found") {
		return wrong(field, "names a channel in Slack that the app is not in: write /invite @parley there, and try again")
	}
	return nil
}

// app gives the app's id, "" where Slack does not say it.
func (c *client) app(ctx context.Context, bot string) (string, error) {
	b, err := c.api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: bot})
	switch {
	case err == nil:
		return b.AppID, nil
	case wordOf(err) != "":
		return "", nil
	}
	return "", asked(opConnect, err)
}

// anAppToken is an app-level token that tells whose it is.
var anAppToken = regexp.MustCompile(`^xapp-[0-9]+-(A[A-Z0-9]+)-`)

// checkApp asks whether the app-level token opens connections, and those of this app.
func (c *client) checkApp(ctx context.Context, token core.Secret, app string) error {
	if its := anAppToken.FindStringSubmatch(token.Reveal()); its != nil && app != "" && its[1] != app {
		return wrong(fieldApp, "holds the token of another app than the bot token")
	}
	_, _, err := c.api.StartSocketModeContext(ctx)
	switch {
	case says(err, "missing_scope", "not_allowed_token_type"):
		return wrong(fieldApp, "holds a token without the permission "+appScope)
	case says(err, tokenWords...):
		return wrong(fieldApp, "holds a token that Slack refuses ("+wordOf(err)+")")
	case wordOf(err) != "":
		return wrong(fieldApp, "holds a token that opens no connection ("+wordOf(err)+"): is Socket Mode on?")
	}
	return asked(opConnect, err)
}
