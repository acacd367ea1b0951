package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"parley/channels"
	"parley/core"
)

// What people are told privately about files.
const (
	sayFileStays = "The file that you have deleted here is still in Parley, and with the customer if it was sent. To take it back, delete the whole message."
	sayFileLate  = "A file that comes by an edit is not sent. Send it as a new message."
	sayTextStays = "Not changed: Parley keeps the text that you have removed, and so does the customer who got it. To take it back, delete the whole message."
	sayWordFiles = "The file stays in Slack: words such as !take take none."
	notTaken     = "Not taken: "
)

const (
	scopeRead  = "files:read"
	scopeWrite = "files:write"
)

// aFile is what Slack's ids of files look like.
var aFile = regexp.MustCompile(`^F[A-Z0-9]{1,20}$`)

// attachment is what Slack says of a file: https://docs.slack.dev/reference/objects/file-object
type attachment struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	Type     string `json:"mimetype"`
	Mode     string `json:"mode"`
	Access   string `json:"file_access"`
	External bool   `json:"is_external"`
	Size     int64  `json:"size"`
}

// attached gives the message's files. One that cannot be read has no id.
func (m message) attached() []attachment {
	var raw []json.RawMessage
	if json.Unmarshal(m.Files, &raw) != nil {
		return nil
	}
	all := make([]attachment, len(raw))
	for i, one := range raw {
		if json.Unmarshal(one, &all[i]) != nil {
			all[i] = attachment{}
		}
	}
	return all
}

// living gives the ids of the message's files that are not deleted.
func (m message) living() []string {
	var all []string
	for _, f := range m.attached() {
		if !f.deleted() {
			all = append(all, f.ID)
		}
	}
	return all
}

func (f attachment) deleted() bool { return f.Mode == "tombstone" }

// without tells whether something of all is not in others.
func without(all, others []string) bool {
	return slices.ContainsFunc(all, func(s string) bool { return !slices.Contains(others, s) })
}

// bar says why a file is not taken, "" if it is.
func (f attachment) bar() string {
	switch {
	case !aFile.MatchString(f.ID):
		return "Slack does not say what it is"
	case f.deleted(), f.Access == "file_not_found":
		return "it was deleted in Slack"
	case f.Mode == "hidden_by_limit":
		return "Slack hides it, because the workspace's plan does not keep it"
	case f.Mode == "external", f.External:
		return "it is kept by another service, and Slack has nothing but a link to it"
	case f.Access == "access_denied":
		return "Slack does not show it to the app"
	case f.Size > core.MaxFile:
		return tooLarge()
	}
	return ""
}

func tooLarge() string { return fmt.Sprintf("it is larger than %d MB", core.MaxFile>>20) }

// media is the file in our words. Its address stays here.
func (f attachment) media() core.Media {
	m := core.Media{Kind: "file", Name: channels.CleanName(f.label()), Type: f.Type, Size: f.Size, Remote: core.RemoteID(f.ID)}
	switch kind, _, _ := strings.Cut(f.Type, "/"); kind {
	case "image":
		m.Kind = "photo"
	case "video", "audio":
		m.Kind = kind
	}
	return m
}

// heard gives a customer's files. Of those that cannot be fetched, the outbox is told why.
func (a *Adapter) heard(ctx context.Context, all []attachment) []core.Media {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var media []core.Media
	for _, f := range all {
		if f.Access == "check_file_info" { // of another company's, the event says nothing
			if info, err := a.fileInfo(ctx, f.ID); err == nil {
				f = info.attachment
			}
		}
		if aFile.MatchString(f.ID) && !f.deleted() {
			media = append(media, f.media())
		}
	}
	return media
}

// label is what people call the file.
func (f attachment) label() string { return cmp.Or(f.Name, f.Title, "file") }

// files gives what is taken of a message's files, and what its author is told of the others, "" if there are none. The error passes.
func (a *Adapter) files(ctx context.Context, all []attachment) (taken []core.Media, left string, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var others []string
	for _, f := range all {
		bar := f.bar()
		if bar == "" && f.Access == "check_file_info" { // of another company's, the event says nothing
			if f, bar, err = a.look(ctx, f); err != nil {
				return nil, "", err
			}
		}
		switch {
		case bar != "":
		case a.lacks(scopeRead):
			bar = "the app lacks the permission " + scopeRead + " in Slack"
		case len(taken) == core.MaxMedia:
			bar = fmt.Sprintf("a message has %d files at most", core.MaxMedia)
		default:
			taken = append(taken, f.media())
			continue
		}
		others = append(others, channels.CleanName(f.label())+" ("+bar+")")
	}
	if len(others) > 0 {
		left = notTaken + strings.Join(others, ", ") + "."
	}
	return taken, left, nil
}

// look asks Slack what a file is, and why it is not taken. The error passes.
func (a *Adapter) look(ctx context.Context, f attachment) (attachment, string, error) {
	info, err := a.fileInfo(ctx, f.ID)
	switch {
	case passing(err) && !says(err, "missing_scope"):
		return f, "", err
	case err != nil:
		return f, "Slack does not show it to the app", nil
	}
	return info.attachment, info.bar(), nil
}

// fileInfo is what files.info says of a file.
type fileInfo struct {
	attachment
	Download string          `json:"url_private_download"`
	Private  string          `json:"url_private"`
	Form     string          `json:"filetype"`
	Shares   json.RawMessage `json:"shares"`
}

// in tells whether Slack shows the file in a room.
func (f fileInfo) in(room string) bool {
	var shares struct{ Public, Private map[string]any }
	if json.Unmarshal(f.Shares, &shares) != nil {
		return false
	}
	_, public := shares.Public[room]
	_, private := shares.Private[room]
	return public || private
}

// said is what a message of an agent's says, with what is taken of its files, and what they are told of the others.
func (t *task) said(ctx context.Context) (c core.Content, left string, err error) {
	c = content(t.msg, t.names(ctx))
	c.Media, left, err = t.files(ctx, t.attached)
	return c, left, err
}

// tell adds something to what the agent is told.
func (t *task) tell(word string) { t.word = strings.TrimSpace(t.word + " " + word) }

// blank tells whether there is nothing to send.
func blank(c core.Content) bool { return strings.TrimSpace(c.Text) == "" && len(c.Media) == 0 }
