package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// botToken is the token of the rig's bot. It must be seen nowhere.
const botToken = "123456:TESTTOKEN"

// theRig is the rig, installed once for all tests of this binary, in a folder that TestMain takes away.
var (
	theRig    = sync.OnceValues(installRig)
	rigFolder string
)

// installRig copies the rig that PARLEY_TEST_RIG names, which may be read-only, and installs what it needs.
func installRig() (dir string, err error) {
	dir, err = os.MkdirTemp("", "parley-rig-*")
	if err != nil {
		return "", err
	}
	rigFolder = dir
	if err := os.CopyFS(dir, os.DirFS(os.Getenv("PARLEY_TEST_RIG"))); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	for _, command := range [][]string{{"npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"}, {"go", "build", "-o", "bin/", "./cmd/..."}} {
		c := exec.CommandContext(ctx, command[0], command[1:]...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
		}
	}
	return dir, nil
}

// telegramRig is a Telegram that Parley's authors did not write, with faults, and the people who use it.
type telegramRig struct {
	t       *testing.T
	url     string // of the Bot API
	backend string // where people write and read
}

// newTelegram starts a Telegram. Without a rig the test does not run, but in CI, where it must be there.
func newTelegram(t *testing.T) *telegramRig {
	t.Helper()
	if os.Getenv("PARLEY_TEST_RIG") == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("PARLEY_TEST_RIG is not set")
		}
		t.Skip("set PARLEY_TEST_RIG to the folder of the rig")
	}
	dir, err := theRig()
	if err != nil {
		t.Fatalf("the rig cannot be installed: %v", err)
	}
	backend, front := freePort(t), freePort(t)
	r := &telegramRig{t: t, url: "http://127.0.0.1:" + front, backend: "http://127.0.0.1:" + backend}
	r.start(dir, []string{"TG_PORT=" + backend}, "node", "telegram-emulate.cjs")
	r.start(dir, nil, filepath.Join(dir, "bin", "front"), "-kind", "telegram", "-listen", "127.0.0.1:"+front, "-upstream", r.backend)
	eventually(t, 30*time.Second, func() string {
		resp, err := http.Get(r.url + "/bot" + botToken + "/getMe")
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return resp.Status
		}
		return ""
	})
	return r
}

func (r *telegramRig) start(dir string, env []string, command string, args ...string) {
	r.t.Helper()
	c := exec.Command(command, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	if err := c.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// ask calls one of the rig's servers.
func (r *telegramRig) ask(method, url string, in, out any) {
	r.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		r.t.Fatalf("%s %s: %s %v %s", method, url, resp.Status, err, text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			r.t.Fatalf("%s: %v: %s", url, err, text)
		}
	}
}

type object = map[string]any

// said is a message of a customer, who has the chat's number.
func said(chat, id int, more object) object {
	m := object{
		"message_id": 5000 + id, "date": 1_790_000_000 + id, // the rig counts those of the bot from 1
		"from": object{"id": chat, "is_bot": false, "first_name": fmt.Sprint("Customer ", chat)},
		"chat": object{"id": chat, "type": "private", "first_name": fmt.Sprint("Customer ", chat)},
	}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// update makes Telegram tell something to the bot.
func (r *telegramRig) update(u object) {
	r.t.Helper()
	r.ask("POST", r.url+"/__tg/update?token="+botToken, u, nil)
}

func (r *telegramRig) say(chat, id int, text string) {
	r.t.Helper()
	r.update(object{"message": said(chat, id, object{"text": text})})
}

// shown is what a chat has from the bot.
type shown struct {
	ID   int
	Text string
}

func (r *telegramRig) shown(chat int) []shown {
	r.t.Helper()
	var history struct {
		Result []struct {
			ID      int `json:"messageId"`
			Message struct {
				Chat any    `json:"chat_id"`
				Text string `json:"text"`
			} `json:"message"`
		} `json:"result"`
	}
	r.ask("POST", r.backend+"/getUpdatesHistory", object{"token": botToken}, &history)
	var all []shown
	for _, m := range history.Result {
		if fmt.Sprint(m.Message.Chat) == fmt.Sprint(chat) {
			all = append(all, shown{m.ID, m.Message.Text})
		}
	}
	return all
}

// fault makes calls go wrong: path and match are parts of the address and the body.
func (r *telegramRig) fault(f object) { r.t.Helper(); r.ask("POST", r.url+"/__fault", f, nil) }

func (r *telegramRig) mend() { r.t.Helper(); r.ask("DELETE", r.url+"/__fault", nil, nil) }
