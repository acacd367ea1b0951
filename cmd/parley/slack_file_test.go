package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A file that an agent keeps inside, in one room of the department, is shown in the other, and nowhere else; it goes when its message goes.
func TestFilesInSlackS2S5(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	other := s.slack.openRoom("anna", "slips")
	s.must("surface", "add", "--channel", "support-slack", "--room", other, "--department", "support")
	c := s.customer(301, "Where is my parcel?")
	const slip = "\x89PNG\r\n\x1a\nthe slip"
	note := s.slack.attach("anna", c.root, "slip.png", slip, "// he has not paid")
	c.notes("he has not paid")
	eventually(t, patience, func() string {
		if got := s.slack.filesIn(other); len(got) != 1 || got[0] != slip {
			return fmt.Sprintf("the other room shows the files %q", got)
		}
		return ""
	})
	c.keeps(watched)
	c.has()
	if got := s.slack.filesIn(s.slack.room); len(got) != 1 {
		t.Errorf("the room where it was said shows the files %q", got)
	}
	s.slack.delete("anna", note)
	eventually(t, patience, func() string {
		if got := s.slack.filesIn(other); len(got) != 0 {
			return fmt.Sprintf("after its deletion the other room shows the files %q", got)
		}
		return ""
	})
	c.keeps(watched)
	c.has()
	s.noSecret()
}

// openRoom makes another room, with the app in it.
func (r *slackRig) openRoom(who, name string) string {
	r.t.Helper()
	var made struct{ Channel struct{ ID string } }
	r.ask("POST", r.backend+"/api/conversations.create", object{"name": name}, &made, "Authorization", "Bearer xoxp-"+who)
	var invited struct{ OK bool }
	r.ask("POST", r.backend+"/api/conversations.invite", object{"channel": made.Channel.ID, "users": "UBOT"}, &invited, "Authorization", "Bearer xoxp-"+who)
	if made.Channel.ID == "" || !invited.OK {
		r.t.Fatalf("the room %s: got %+v %+v", name, made, invited)
	}
	return made.Channel.ID
}

// attach says something with a file in a thread, and gives the message's name.
func (r *slackRig) attach(who, root, name, content, comment string) (ts string) {
	r.t.Helper()
	auth := []string{"Authorization", "Bearer xoxp-" + who}
	var to struct {
		Address string `json:"upload_url"`
		ID      string `json:"file_id"`
	}
	r.ask("POST", r.backend+"/api/files.getUploadURLExternal", object{"filename": name, "length": len(content)}, &to, auth...)
	response, err := http.Post(to.Address, "application/octet-stream", strings.NewReader(content))
	if err != nil {
		r.t.Fatal(err)
	}
	response.Body.Close()
	var done struct{ OK bool }
	r.ask("POST", r.backend+"/api/files.completeUploadExternal", object{
		"files": []object{{"id": to.ID, "title": name}}, "channel_id": r.room, "thread_ts": root, "initial_comment": comment,
	}, &done, auth...)
	for _, m := range r.thread(root) {
		if m.has(to.ID) {
			return m.TS
		}
	}
	r.t.Fatalf("the file %s is not shown: got %+v %+v", name, to, done)
	return ""
}

// filesIn gives the bytes of the files that are shown in a room's threads.
func (r *slackRig) filesIn(room string) (all []string) {
	r.t.Helper()
	for _, root := range r.read("conversations.history", object{"channel": room, "limit": 1000}) {
		var page struct {
			Messages []struct {
				Files []struct {
					Address string `json:"url_private"`
				}
			}
		}
		r.ask("POST", r.backend+"/api/conversations.replies", object{"channel": room, "ts": root.TS}, &page, "Authorization", "Bearer "+slackBotToken)
		for _, m := range page.Messages {
			for _, f := range m.Files {
				all = append(all, r.bytes(f.Address))
			}
		}
	}
	return all
}

func (r *slackRig) bytes(address string) string {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+slackBotToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}
