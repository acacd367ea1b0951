package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// graft is a fault that is planted in the program: a text of one of its files, each time it is there, becomes another.
type graft struct {
	file, text, becomes string
	times               int
}

const plantRepeated = "repeated"

// grafts are the faults of the program that a soak has to find; those of the networks are theirs.
var grafts = map[string]graft{
	"leaked": { // a note in Slack goes to the customer
		file: "channels/slack/act.go", text: "core.Note{Session: t.session, Text: note, Media: c.Media}", becomes: "core.Say{Session: t.session, Text: note, Media: c.Media}", times: 1,
	},
	plantRepeated: { // what may have arrived at Telegram is sent again
		file: "channels/telegram/error.go", text: "e.Kind, e.Reason = core.Uncertain, reasonSilent", times: 2,
		becomes: "e.Kind, e.Reason = core.Unavailable, reasonSilent",
	},
	"told": { // a bot's token is logged
		file: "channels/telegram/send.go", text: "\tchat, err := chatOf(o.To.Conversation)\n\tif err != nil {\n\t\treturn core.Receipt{}, err", times: 1,
		becomes: "\tchat, err := chatOf(o.To.Conversation)\n\ta.config.Log.InfoContext(ctx, \"a call\", \"address\", a.api.base)\n" +
			"\tif err != nil {\n\t\treturn core.Receipt{}, err",
	},
}

// planted gives the sources with a fault in them; as they are, if it is not one of the program's.
func planted(ctx context.Context, name string) (overlay, error) {
	g, ok := grafts[name]
	if !ok {
		return nil, nil
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, err
	}
	source, err := os.ReadFile(filepath.Join(root, g.file))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(source), g.text); n != g.times {
		return nil, fmt.Errorf("%s has changed: the planted fault looks for this text %d times, and it is there %d times:\n%s", g.file, g.times, n, g.text)
	}
	return overlay{g.file: strings.ReplaceAll(string(source), g.text, g.becomes)}, nil
}
