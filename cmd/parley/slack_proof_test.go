package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// What CHANNELS.md 5 asks of the console, and which test shows it with the program and the rig; what a fake shows better is in
// channels/slack.
//
//	33  first reply takes, two at once             slackReply, slackRace
//	34  take in two places, stale, double click    TestOneSessionIsTakenInSlackAndInTheWorkspace, slackRace, slackDoubleClick
//	35  notes                                      slackNote, slackFileNote, slackInside
//	36  who may not                                slackStranger, slackBarred, TestADisabledAgentSaysNothingInSlack
//	37  cards, threads, rooms that are lost        slackLostRoot, TestARoomThatIsLostLeavesTheSessionAlone
//	38  windows                                    slackWindow
//	39  sockets                                    TestTwentyRepliesWhileSlackDisconnects, TestTwentyEventsAtOnceWhileSlackDisconnects
//	40  the soak                                   parley-bench soak
//	    429, lost answers                          slackFault; the echo: TestNothingIsPostedTwice
//	    events before answers                      TestItsOwnPostsInSlackMakeNoLoop, TestAReplyIsKeptBeforeSlackAnswersIt
//	    forged, old, again, clock                  slackForged, slackToldAgain, TestAClockThatIsOffIsToldOf

// moreSlackCases are what goes wrong between people and the console. They run with slackCases.
var moreSlackCases = []slackCase{
	{"a note beside a file stays inside", "", slackFileNote},
	{"guests and strangers are told once, and nothing is sent", "", slackBarred},
	{"a double click is one deed", "", slackDoubleClick},
	{"a window that cannot open, and one that is sent in wrong", "", slackWindow},
}

func slackFileNote(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	files := object{"subtype": "file_share", "files": []object{{"id": "F1", "name": "lamp.png", "url_private": "https://files.slack.com/lamp.png"}}}
	s.slack.tell(c.speaks(s.slack.people["anna"], "// an odd one, see this", files))
	c.notes("an odd one")
	c.keeps(watched)
	c.has()
	s.slack.tell(c.speaks(s.slack.people["anna"], "See the picture", files))
	c.has("See the picture")
}

func slackBarred(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	for i, p := range []struct {
		is   object
		want string
	}{
		{object{"is_restricted": true}, "guests"},
		{object{"is_ultra_restricted": true}, "guests"},
		{object{"team_id": "T000000002"}, "members of this workspace"},
		{object{"deleted": true}, "deactivated"},
	} {
		user := fmt.Sprintf("UBAR%d%d", chat, i)
		is := object{"id": user, "team_id": theTeam, "name": user, "real_name": "Somebody"}
		for name, value := range p.is {
			is[name] = value
		}
		told, err := json.Marshal(object{"ok": true, "user": is})
		if err != nil {
			s.t.Fatal(err)
		}
		s.slack.fault(object{"path": "users.info", "match": user, "times": 10, "status": 200, "body": string(told)})
		s.slack.tell(c.speaks(user, fmt.Sprint("let me say something ", i), nil))
		s.slack.tell(c.speaks(user, fmt.Sprint("and something else ", i), nil))
		eventually(s.t, patience, func() string {
			if got := s.slack.whispers(user); len(got) != 1 || !strings.Contains(got[0], p.want) {
				return fmt.Sprintf("%v was told %q, want %q once", p.is, got, p.want)
			}
			return ""
		})
	}
	c.keeps(watched)
	c.has()
	if all := c.spoken("something"); len(all) != 0 {
		s.t.Errorf("the workspace shows %+v, want nothing of it", all)
	}
}

func slackDoubleClick(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { c.presses("anna", "take") })
	}
	both.Wait()
	c.held("active", "Anna")
	c.stays(watched/2, func() string {
		if n := c.events("taken"); n != 1 {
			return fmt.Sprintf("the session was taken %d times, want once", n)
		}
		return ""
	})
}

// events counts what happened to the session, of a kind.
func (c *customer) events(kind string) (n int) {
	c.t.Helper()
	for _, e := range c.anna().events(c.t, c.session) {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func slackWindow(s *slackShop, chat int) {
	c := s.customer(chat, "hello")
	before := len(s.slack.told("boris"))
	s.slack.fault(object{"path": "views.open", "status": 200, "body": `{"ok":false,"error":"expired_trigger_id"}`})
	c.press("boris", "Assign")
	s.hears("boris", before, "press again")

	metadata := ""
	c.press("boris", "Assign")
	eventually(s.t, patience, func() string {
		for _, call := range s.slack.calls() {
			var view object
			text := call.Fields["view"]
			if json.Unmarshal([]byte(text), &view) == nil && view["callback_id"] == "assign" && strings.Contains(text, c.session) {
				metadata, _ = view["private_metadata"].(string)
			}
		}
		if metadata == "" {
			return "no window to assign the session was opened"
		}
		return ""
	})
	got := s.slack.submit("boris", object{"id": "V9", "callback_id": "assign", "private_metadata": metadata, "state": object{"values": object{}}})
	if !strings.Contains(got, `"response_action":"errors"`) || !strings.Contains(got, "Choose somebody") {
		s.t.Errorf("nobody chosen: got %q, want an error at the field", got)
	}
	c.held("waiting", "")
}

const barrierRounds = 500

// S-7: of Anna in Slack and Boris in the workspace one takes the session, and the other is told who has it, again and again.
func TestOneSessionIsTakenInSlackAndInTheWorkspace(t *testing.T) {
	t.Parallel()
	s := newSlackShop(t, "events")
	c := s.customer(42, "hello")
	boris, _ := s.server.signIn("boris@example.test", password)
	wins, told := map[string]int{}, 0
	for round := range barrierRounds {
		status, named := 0, ""
		ready, both := make(chan struct{}), sync.WaitGroup{}
		both.Go(func() { <-ready; c.presses("anna", "take") })
		both.Go(func() { <-ready; status, named = boris.takes(t, c.session) })
		close(ready)
		both.Wait()
		winner := c.row().Assignee
		switch {
		case winner == nil:
			t.Fatalf("round %d: nobody holds the session", round)
		case strings.HasPrefix(winner.Name, "Boris") && status == http.StatusOK:
			wins["workspace"]++
			told++
			boris.must(t, "POST", "/api/v1/sessions/"+c.session+"/release", object{}, nil)
		case strings.HasPrefix(winner.Name, "Anna") && status == http.StatusConflict && strings.HasPrefix(named, "Anna"):
			wins["Slack"]++
			c.presses("anna", "release")
		default:
			t.Fatalf("round %d: held by %+v, and the workspace was answered %d with %q", round, winner, status, named)
		}
	}
	t.Logf("wins: %v", wins)
	for side, n := range wins {
		if n < barrierRounds/10 {
			t.Errorf("%s: got %d wins, want %d at least", side, n, barrierRounds/10)
		}
	}
	for kind, want := range map[string]int{"taken": barrierRounds, "released": barrierRounds} {
		eventually(t, patience, func() string {
			if n := c.events(kind); n != want {
				return fmt.Sprintf("%d events %s, want %d", n, kind, want)
			}
			return ""
		})
	}
	eventually(t, patience, func() string {
		n := 0
		for _, text := range s.slack.whispers(s.slack.people["anna"]) {
			if strings.Contains(text, "Boris Klein has this session") {
				n++
			}
		}
		if n != told {
			return fmt.Sprintf("Anna was told %d times that Boris has it, want %d", n, told)
		}
		return ""
	})
	c.held("waiting", "")
}

// takes takes a session in the workspace, and gives the answer's status, and who was first.
func (c caller) takes(t *testing.T, session string) (status int, winner string) {
	t.Helper()
	req, err := http.NewRequest("POST", c.url+"/api/v1/sessions/"+session+"/take", strings.NewReader("{}"))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	req.Header = c.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	var answer struct {
		Winner string `json:"winner"`
	}
	_ = json.NewDecoder(resp.Body).Decode(&answer) // a success names nobody
	return resp.StatusCode, answer.Winner
}
