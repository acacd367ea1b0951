package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/core"
)

func TestPollTakesTheWebhookAwayFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		if err := r.run(t, time.Minute); err != nil {
			t.Fatalf("Run: got %v, want nil when its context ends", err)
		}
		first := r.net.calls[0]
		if first.method != "deleteWebhook" || first.params["drop_pending_updates"] != nil {
			t.Errorf("first call: got %+v, want deleteWebhook that drops nothing", first)
		}
		asked := r.net.of("getUpdates")
		if len(asked) != 2 {
			t.Errorf("in a minute of silence: got %d questions, want 2 that are held", len(asked))
		}
		want := map[string]any{"limit": 100.0, "timeout": 50.0, "allowed_updates": []any{"message", "edited_message", "message_reaction", "my_chat_member", "callback_query"}}
		if got := fmt.Sprint(asked[0].params); got != fmt.Sprint(want) {
			t.Errorf("question: got %v, want %v", got, want)
		}
	})
}

func TestPollKeepsTheOrderOfAChatAndLetsOthersPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		for i := range 100 {
			r.net.say(text(1+i%10, i, fmt.Sprint(i)))
		}
		var mu sync.Mutex
		under, most := 0, 0
		r.inbox.refuse = func(ctx context.Context, in core.Inbound) error {
			mu.Lock()
			under++
			most = max(most, under)
			mu.Unlock()
			d := time.Millisecond
			if in.Conversation == "1" {
				d = time.Second // a slow one
			}
			time.Sleep(d)
			mu.Lock()
			under--
			mu.Unlock()
			return nil
		}
		var before atomic.Int64
		time.AfterFunc(500*time.Millisecond, func() { before.Store(int64(len(r.inbox.all()))) })
		r.run(t, time.Minute)
		if got := before.Load(); got != 90 {
			t.Errorf("while one chat is slow: got %d of the others' messages, want 90", got)
		}
		said := map[core.RemoteID][]string{}
		for _, in := range r.inbox.all() {
			said[in.Conversation] = append(said[in.Conversation], in.Text)
		}
		for chat := range 10 {
			var want []string
			for i := chat; i < 100; i += 10 {
				want = append(want, fmt.Sprint(i))
			}
			if got := said[core.RemoteID(fmt.Sprint(chat+1))]; !slices.Equal(got, want) {
				t.Errorf("chat %d: got %v, want %v", chat+1, got, want)
			}
		}
		if most != 10 {
			t.Errorf("at once: got %d, want 10", most)
		}
		if r.net.waiting() != 0 || r.received != 1 {
			t.Errorf("after it: got %d updates waiting, %d times received, want 0 and 1", r.net.waiting(), r.received)
		}
	})
}

func TestPollPutsUpdatesInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		r.net.answer = func(c call) (int, string, error) {
			if c.method != "getUpdates" || c.params["offset"] != nil {
				return 0, "", nil
			}
			r.net.answer = nil
			return 200, `{"ok":true,"result":[{"update_id":9,` + text(1, 2, "b") + `},{"update_id":8,` + text(1, 1, "a") + `}]}`, nil
		}
		r.run(t, time.Minute)
		if got, want := r.inbox.texts(), []string{"a", "b"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := r.net.of("getUpdates")[1].params["offset"]; got != 10.0 {
			t.Errorf("offset: got %v, want 10", got)
		}
	})
}

func TestPollWorksOnSoManyChatsAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		for i := range 50 {
			r.net.say(text(1+i, i, "x"))
		}
		var mu sync.Mutex
		under, most := 0, 0
		r.inbox.refuse = func(context.Context, core.Inbound) error {
			mu.Lock()
			under++
			most = max(most, under)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			under--
			mu.Unlock()
			return nil
		}
		r.run(t, time.Minute)
		if most != maxAtOnce || len(r.inbox.all()) != 50 {
			t.Errorf("got %d at once and %d in all, want %d and 50", most, len(r.inbox.all()), maxAtOnce)
		}
	})
}

func TestPollForgetsNothingThatIsNotStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		for i := range 10 {
			r.net.say(text(1, i, fmt.Sprint(i)))
		}
		r.inbox.refuse = func(ctx context.Context, in core.Inbound) error {
			if in.Text == "6" { // here the process stops
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		if err := r.run(t, time.Second); err != nil {
			t.Fatal(err)
		}
		if got := r.net.waiting(); got != 10 {
			t.Fatalf("when it stopped: got %d updates that Telegram keeps, want all 10", got)
		}
		if got := len(r.inbox.all()); got != 6 {
			t.Fatalf("stored: got %d, want 6", got)
		}
		r.inbox.refuse = nil
		r.run(t, time.Minute) // and begins again
		texts := r.inbox.texts()
		if want := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}; !slices.Equal(texts[6:], want) {
			t.Errorf("after it began again: got %v, want %v; what came before is the same again, and the inbox knows it", texts[6:], want)
		}
		if got := r.net.waiting(); got != 0 {
			t.Errorf("in the end: got %d updates that Telegram keeps, want 0", got)
		}
	})
}

func TestPollGoesOnOverWhatPassesAndTellsOfIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		status  int
		body    string
		err     error
		trouble string
		pause   time.Duration // at least
	}{
		{"another program reads", 409, `{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}`, nil, reasonOther, 10 * time.Second},
		{"too many calls", 429, `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":33}}`, nil, reasonSlow, 33 * time.Second},
		{"too many calls, and no word how long", 429, `{"ok":false,"error_code":429,"description":"Too Many Requests"}`, nil, reasonSlow, time.Second},
		{"Telegram is broken", 502, `{"ok":false,"error_code":502,"description":"Bad Gateway"}`, nil, reasonSilent, time.Second},
		{"a page in its place", 502, `<html>Bad Gateway</html>`, nil, reasonSilent, time.Second},
		{"a page of somebody else", 403, `<html>Login</html>`, nil, reasonStrange, time.Second},
		{"half an answer", 200, `{"ok":true,"result":[{"update_id":`, nil, reasonSilent, time.Second},
		{"an answer without updates", 200, `{"ok":true,"result":{}}`, nil, reasonSilent, time.Second},
		{"updates without numbers", 200, `{"ok":true,"result":[{"message":{}}]}`, nil, reasonSilent, time.Second},
		{"an answer without end", 200, `{"ok":true,"result":[]` + strings.Repeat(" ", maxAnswer) + `}`, nil, reasonSilent, time.Second},
		{"the connection breaks", 0, ``, errors.New("connection reset by bot123456:CANARY-token_of-a-bot"), reasonSilent, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, polls)
				began, broken := time.Now(), 3
				r.net.answer = func(call call) (int, string, error) {
					if call.method != "getUpdates" || broken == 0 {
						return 0, "", nil
					}
					broken--
					return c.status, c.body, c.err
				}
				r.net.say(text(1, 1, "after all"))
				var took time.Duration
				r.inbox.refuse = func(context.Context, core.Inbound) error { took = time.Since(began); return nil }
				if err := r.run(t, time.Hour); err != nil {
					t.Fatalf("Run: got %v, want nil", err)
				}
				if got, want := r.trouble(), []string{c.trouble, ""}; !slices.Equal(got, want) {
					t.Errorf("trouble: got %q, want %q", got, want)
				}
				if got := strings.Count(r.log.String(), "telegram is in trouble"); got != 1 {
					t.Errorf("log lines about it: got %d, want one", got)
				}
				if got, want := r.inbox.texts(), []string{"after all"}; !slices.Equal(got, want) {
					t.Errorf("stored: got %q, want %q", got, want)
				}
				if took < 3*c.pause || took > 3*c.pause+10*time.Second {
					t.Errorf("three failures took %v, want three pauses of %v", took, c.pause)
				}
			})
		})
	}
}

func TestPollKnowsAtOnceThatAllIsWellAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		fail := true
		r.net.answer = func(call call) (int, string, error) {
			if call.method == "getUpdates" && fail {
				fail = false
				return 500, "", nil
			}
			return 0, "", nil
		}
		r.run(t, 5*time.Second)
		if got, want := r.trouble(), []string{reasonSilent, ""}; !slices.Equal(got, want) {
			t.Errorf("within five seconds: got %q, want %q", got, want)
		}
		asked := r.net.of("getUpdates")
		if asked[1].params["timeout"] != 0.0 || asked[2].params["timeout"] != 50.0 {
			t.Errorf("after a failure: got %v and then %v, want a question that is not held, and then one that is", asked[1].params, asked[2].params)
		}
	})
}

func TestPollEndsWhenTheTokenIsRefused(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"deleteWebhook", "getUpdates"} {
		for status, text := range map[int]string{401: "Unauthorized", 404: "Not Found"} {
			t.Run(fmt.Sprint(method, " ", status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newRig(t, polls)
					r.net.answer = func(call call) (int, string, error) {
						if call.method != method {
							return 0, "", nil
						}
						return status, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q}`, status, text), nil
					}
					wantFault(t, r.run(t, time.Hour), core.Unauthorized, reasonToken)
				})
			})
		}
	}
}

func TestPollWaitsWhileTelegramIsAwayAtTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		began := time.Now()
		r.net.answer = func(call) (int, string, error) {
			if time.Since(began) < time.Hour {
				return 0, "", errors.New("no route to host")
			}
			return 0, "", nil
		}
		r.net.say(text(1, 1, "after all"))
		r.run(t, 2*time.Hour)
		if got, want := r.inbox.texts(), []string{"after all"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := len(r.net.of("deleteWebhook")); got < 60 || got > 4000 {
			t.Errorf("tries in an hour: got %d, want more than one a minute and not one a second", got)
		}
	})
}

func TestPollFollowsNumbersThatBeginAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		r.net.next = 900_000_000
		r.net.say(text(1, 1, "before"))
		time.AfterFunc(8*24*time.Hour, func() {
			r.net.mu.Lock()
			r.net.next = 5
			r.net.mu.Unlock()
			r.net.say(text(1, 2, "after a week of silence"))
		})
		r.run(t, 9*24*time.Hour)
		if got, want := r.inbox.texts(), []string{"before", "after a week of silence"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestPollDoesNotSpinWhenNothingIsHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		r.net.answer = func(call call) (int, string, error) { return 200, `{"ok":true,"result":[]}`, nil }
		r.run(t, time.Minute)
		if got := len(r.net.of("getUpdates")); got > 700 {
			t.Errorf("questions in a minute: got %d, want at most ten a second", got)
		}
	})
}

func TestPollTellsOfGroupsInTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, polls)
		r.net.say(`"my_chat_member":{"chat":{"id":-5,"type":"group","title":"friends"},"from":{"id":1,"first_name":"A"},"date":1790000000,"new_chat_member":{"status":"member"}}`)
		r.net.say(`"message":{"message_id":1,"date":1790000000,"text":"hi","chat":{"id":-5,"type":"group"},"from":{"id":1,"first_name":"A"}}`)
		r.run(t, time.Minute)
		if got := r.inbox.all(); len(got) != 0 {
			t.Errorf("got %+v, want nothing from a group", got)
		}
		if !strings.Contains(r.log.String(), noticeGroup) || strings.Contains(r.log.String(), "friends") {
			t.Errorf("log: got %s, want a line about groups, without names", r.log.String())
		}
	})
}
