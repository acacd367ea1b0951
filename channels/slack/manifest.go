package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

// scopes are the permissions that the app uses: each is a question that an administrator of the workspace is asked.
// https://docs.slack.dev/reference/scopes
var scopes = []string{
	"channels:history", // what is said in threads, and our own posts, to find them again
	"chat:write",
	"chat:write.customize", // the customer's name as the author
	"commands",             // /parley, and the shortcuts
	ScopeQuiet,             // who is not to be disturbed, where that lowers their availability
	scopeRead,              // what agents attach
	scopeWrite,             // what customers attach, and its deletion
	"groups:history",       // as above, in private channels
	"im:history",           // what customers write to the app, and our own posts there
	"im:write",             // private explanations
	"reactions:write",      // receipts, where a channel is to have them
	"users:read",           // who is a guest, or of another team
	ScopeEmail,             // who is which agent, where that is to be seen by it
}

// ScopeEmail is the permission to see members' e-mail addresses, without which nobody can be linked by theirs.
const ScopeEmail = "users:read.email"

// spare are those of them without which an app, such as one that was made earlier, does all but what they are for.
var spare = []string{"reactions:write", ScopeEmail, ScopeQuiet}

// appScope is the permission of the app-level token.
const appScope = "connections:write"

// events are what the app is told of: https://docs.slack.dev/reference/events
var events = []string{"app_home_opened", "app_uninstalled", "dnd_updated_user", "message.channels", "message.groups", "message.im", "tokens_revoked"}

// Manifest gives what Slack asks for when an app is made, as JSON. host is where this installation is reached, with or without
// "https://"; it matters in the mode events only. The mode "" is socket. The error is Invalid.
func Manifest(mode, host, slug string) ([]byte, error) {
	var address string
	switch mode {
	case "":
		mode = ModeSocket
	case ModeSocket:
	case ModeEvents:
		if !strings.Contains(host, "://") {
			host = "https://" + host
		}
		u, err := url.Parse(host)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			return nil, wrong("public_url", "must be https where Slack is to call")
		}
		address = fmt.Sprintf("https://%s/hooks/%s/%s", u.Host, Kind, slug)
	default:
		return nil, wrong("mode", "is neither socket nor events")
	}
	m := slack.Manifest{
		Display: slack.Display{Name: "Parley", Description: "Live chat sessions in Slack threads"},
		Features: slack.Features{
			// Without the messages tab Slack refuses private explanations. Where direct messages are not for customers, who writes is told so.
			AppHome: slack.AppHome{HomeTabEnabled: true, MessagesTabEnabled: true},
			BotUser: slack.BotUser{DisplayName: "parley", AlwaysOnline: true},
			Shortcuts: []slack.Shortcut{
				{Name: "Note", CallbackID: callNote, Description: "Keep this inside", Type: slack.MessageShortcut},
				{Name: "Reply to the customer", CallbackID: callReply, Description: "Write an answer", Type: slack.MessageShortcut},
				{Name: titleRecord, CallbackID: callRecord, Description: "Such as a complaint", Type: slack.MessageShortcut},
			},
			SlashCommands: []slack.ManifestSlashCommand{{
				Command: "/parley", Description: "Link yourself, see your sessions, say whether you work", UsageHint: "link CODE | mine | away | busy | back | help", Url: address,
			}},
		},
		OAuthConfig: slack.OAuthConfig{Scopes: slack.OAuthScopes{Bot: scopes}},
		Settings: slack.Settings{
			EventSubscriptions: &slack.EventSubscriptions{BotEvents: events, RequestUrl: address},
			Interactivity:      &slack.Interactivity{IsEnabled: true, RequestUrl: address},
			SocketModeEnabled:  mode == ModeSocket,
		},
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return text, nil
}

// wrong says what is wrong with what an administrator has given.
func wrong(field, reason string) *core.Error {
	return &core.Error{Op: "slack.Connect", Kind: core.Invalid, Field: field, Reason: reason}
}
