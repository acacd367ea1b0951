package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// beProgram makes this test binary the program itself: what the tests start is what they were built with.
const beProgram = "PARLEY_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(beProgram) != "" {
		os.Exit(perform(os.Args[1:], os.Stdout, os.Stderr))
	}
	status := m.Run()
	if rigFolder != "" {
		_ = os.RemoveAll(rigFolder) // what stays lies in the temporary folder
	}
	os.Exit(status)
}

// place is where a test's processes run: a folder of its own, and nothing of this environment but what they need.
type place struct {
	t   *testing.T
	dir string
	env []string
}

func newPlace(t *testing.T, env ...string) *place {
	t.Helper()
	keep := []string{beProgram + "=yes", "GORACE=atexit_sleep_ms=10"} // else the race detector adds a second to every process
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GOCOVERDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			keep = append(keep, name+"="+v)
		}
	}
	return &place{t: t, dir: t.TempDir(), env: append(keep, env...)}
}

// with is the same place with more of an environment.
func (p *place) with(env ...string) *place {
	return &place{t: p.t, dir: p.dir, env: append(append([]string{}, p.env...), env...)}
}

// file writes a file there and gives its path.
func (p *place) file(name, text string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// process is the program at work.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr *output
	ended          chan struct{}
}

func (p *place) start(args ...string) *process {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Dir, c.Env = p.dir, p.env
	s := &process{t: p.t, cmd: c, stdout: newOutput(), stderr: newOutput(), ended: make(chan struct{})}
	c.Stdout, c.Stderr = s.stdout, s.stderr
	if err := c.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		_ = c.Wait() // the status is asked of the process
		close(s.ended)
	}()
	p.t.Cleanup(func() {
		_ = c.Process.Kill()
		<-s.ended
	})
	return s
}

// wait gives the exit status, and fails the test if the process has not ended by then.
func (s *process) wait(limit time.Duration) int {
	s.t.Helper()
	select {
	case <-s.ended:
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(limit):
		s.t.Fatalf("%v has not ended within %v; stderr:\n%s", s.cmd.Args[1:], limit, s.stderr)
		return -1
	}
}

// stop asks the process to stop and fails the test if it does not do so cleanly.
func (s *process) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	if status := s.wait(patience); status != exitDone {
		s.t.Fatalf("exit status after SIGTERM: got %d, want %d; stderr:\n%s", status, exitDone, s.stderr)
	}
}

func (s *process) signal(which syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(which); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Fatal(err)
	}
}

// do runs a command to its end.
func (p *place) do(args ...string) (stdout, stderr string, status int) {
	p.t.Helper()
	s := p.start(args...)
	status = s.wait(2 * patience)
	return s.stdout.String(), s.stderr.String(), status
}

// must runs a command that has to succeed, and gives what it printed.
func (p *place) must(args ...string) string {
	p.t.Helper()
	stdout, stderr, status := p.do(args...)
	if status != exitDone || stderr != "" {
		p.t.Fatalf("%v: got status %d, stderr %q", args, status, stderr)
	}
	return stdout
}

// server is a running node.
type server struct {
	*process
	url string
}

// serve starts a server on a free port and waits until it serves.
func (p *place) serve(command ...string) *server {
	p.t.Helper()
	if len(command) == 0 {
		command = []string{"serve"}
	}
	s := p.start(append(command, "--addr", "127.0.0.1:0", "--log", "json")...)
	line := s.logged("serving", 60*time.Second)
	return &server{s, "http://" + line["addr"].(string)}
}

// logged waits for a line of the log and gives its members.
func (s *process) logged(message string, limit time.Duration) map[string]any {
	s.t.Helper()
	deadline := time.After(limit)
	for from := 0; ; {
		text, more := s.stderr.since(from)
		for line := range strings.Lines(text) {
			var members map[string]any
			if strings.HasSuffix(line, "\n") && json.Unmarshal([]byte(line), &members) == nil && members["msg"] == message {
				return members
			}
		}
		if i := strings.LastIndexByte(text, '\n'); i >= 0 {
			from += i + 1
		}
		select {
		case <-more:
		case <-s.ended:
			s.t.Fatalf("ended before it logged %q; stderr:\n%s", message, s.stderr)
		case <-deadline:
			s.t.Fatalf("did not log %q within %v; stderr:\n%s", message, limit, s.stderr)
		}
	}
}

// output is what a process has written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed when there is more
}

func newOutput() *output { return &output{more: make(chan struct{})} }

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.more)
	o.more = make(chan struct{})
	return o.text.Write(b)
}

func (o *output) since(from int) (text string, more <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()[from:], o.more
}

func (o *output) String() string {
	text, _ := o.since(0)
	return text
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

// eventually asks again and again until it is told nothing is wrong.
func eventually(t *testing.T, limit time.Duration, wrong func() string) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		what := wrong()
		if what == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %v: %s", limit, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
