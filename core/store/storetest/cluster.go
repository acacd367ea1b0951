//go:build linux

package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL of the test's own, for faults that no shared server would forgive.
type Server struct {
	t          testing.TB
	programs   string // where initdb and postgres are
	folder     string
	port       int
	as         *syscall.Credential // nil: whoever runs the test
	postmaster *exec.Cmd
	ended      chan struct{}
}

// Cluster makes a PostgreSQL cluster in a folder of its own and starts it, on a free port of 127.0.0.1 and a socket in
// that folder. It ends with the test. Without PostgreSQL's programs the test is skipped.
func Cluster(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, programs: programs()}
	if s.programs == "" {
		t.Skip("install PostgreSQL's server programs (initdb and postgres), as make deps does, or put them on the PATH")
	}
	// Not t.TempDir: PostgreSQL refuses to run as root, and another user could not get there.
	folder, err := os.MkdirTemp("", "parley-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	s.folder = folder
	t.Cleanup(func() {
		s.Kill()
		_ = os.RemoveAll(folder)
	})
	if os.Getuid() == 0 {
		s.become("postgres")
	}
	initdb := s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	s.port = unusedPort(t)
	s.Start()
	return s
}

// URL is the cluster's address.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// Start starts a cluster that was killed, and returns when it accepts connections.
func (s *Server) Start() {
	s.t.Helper()
	s.Launch()
	s.Await()
}

// Launch starts a cluster that was killed, and returns at once.
func (s *Server) Launch() {
	s.t.Helper()
	if s.postmaster != nil {
		s.t.Fatal("the cluster runs already")
	}
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	cmd := s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-k", s.folder, "-c", "listen_addresses=127.0.0.1",
		"-c", "shared_buffers=16MB", "-c", "max_connections=60", "-c", "logging_collector=off")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.postmaster, s.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) {
		defer close(ended)
		_ = cmd.Wait()
	}(s.ended)
}

// Await returns when the cluster accepts connections.
func (s *Server) Await() {
	s.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		err := s.ping()
		if err == nil {
			return
		}
		select {
		case <-s.ended:
			err = errors.New("it ended")
			deadline = time.Time{}
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			out, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			s.t.Fatalf("the cluster does not start: %v\n%s", err, out)
		}
	}
}

// Stop stops all of the cluster's processes where they are: it hangs, with its connections.
func (s *Server) Stop() { s.signal(syscall.SIGSTOP) }

// Continue lets a stopped cluster go on.
func (s *Server) Continue() { s.signal(syscall.SIGCONT) }

// Kill kills all of the cluster's processes, stopped or not, and returns when they are gone. A killed one stays so.
func (s *Server) Kill() {
	if s.postmaster == nil {
		return
	}
	pids := s.signal(syscall.SIGSTOP)
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-s.ended
	for _, pid := range pids[1:] {
		for range 500 {
			if _, state := stat(pid); state == "" || state == "Z" {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	s.postmaster = nil
}

// signal reaches the postmaster first, and then its children: each backend leads a group of its own, so that there is no
// group to signal. It gives all of them, the postmaster first.
func (s *Server) signal(sig syscall.Signal) []int {
	pids := []int{s.postmaster.Process.Pid}
	_ = syscall.Kill(pids[0], sig)
	for { // a child may have been on its way
		fresh := false
		for _, pid := range children(pids[0]) {
			if !slices.Contains(pids, pid) {
				_ = syscall.Kill(pid, sig)
				pids, fresh = append(pids, pid), true
			}
		}
		if !fresh {
			return pids
		}
	}
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.programs, name), args...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// become lets the cluster belong to another user.
func (s *Server) become(name string) {
	s.t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		s.t.Skipf("PostgreSQL does not run as root: add a user %s, as the distribution's package does, or run the test as another user", name)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(s.folder, int(uid), int(gid)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

// programs finds the folder of a PostgreSQL, "" if there is none here. Debian keeps it off the PATH.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.Sort(found)
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	for _, initdb := range slices.Backward(found) {
		folder := filepath.Dir(initdb)
		if _, err := os.Stat(filepath.Join(folder, "postgres")); err == nil {
			return folder
		}
	}
	return ""
}

// children lists a process's children.
func children(parent int) []int {
	all, _ := filepath.Glob("/proc/[0-9]*")
	var pids []int
	for _, folder := range all {
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			continue
		}
		if of, _ := stat(pid); of == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}

// stat gives a process's parent and state, "" if there is no such process.
func stat(pid int) (parent int, state string) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, ""
	}
	_, rest, _ := strings.Cut(string(b), ") ") // the name before may have anything in it
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0, ""
	}
	parent, _ = strconv.Atoi(fields[1])
	return parent, fields[0]
}
