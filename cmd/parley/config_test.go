package main

import (
	"io/fs"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"parley/core"
)

// bad is a wrong value of a setting, flag or argument.
type bad struct {
	args []string // %DIR becomes the test's folder
	env  []string
	file string // the settings' file, at %DIR/parley.toml
	name string // what the one line on stderr must begin with
}

// canary is part of values that could be secrets: it is never to be seen again.
const canary = "hunter2canary"

var badSettings = map[string]bad{
	"an address without a port":                  {env: []string{"PARLEY_ADDR=127.0.0.1"}, name: "PARLEY_ADDR"},
	"an address whose port is no number":         {env: []string{"PARLEY_ADDR=127.0.0.1:http"}, name: "PARLEY_ADDR"},
	"an address whose port is too large":         {args: []string{"serve", "--addr", "127.0.0.1:70000"}, name: "--addr"},
	"an address with a scheme":                   {args: []string{"serve", "--addr", "http://127.0.0.1:80"}, name: "--addr"},
	"an address that is empty":                   {args: []string{"serve", "--addr", ""}, name: "--addr"},
	"an address of another machine":              {args: []string{"serve", "--addr", "192.0.2.1:8080"}, name: "--addr"},
	"an address that is no name":                 {file: `addr = "a b:80"`, name: "addr in the file of PARLEY_CONFIG"},
	"a public URL without a scheme":              {env: []string{"PARLEY_PUBLIC_URL=chat.example.com"}, name: "PARLEY_PUBLIC_URL"},
	"a public URL of another scheme":             {env: []string{"PARLEY_PUBLIC_URL=ftp://chat.example.com"}, name: "PARLEY_PUBLIC_URL"},
	"a public URL with a path":                   {args: []string{"serve", "--public-url", "https://example.com/chat"}, name: "--public-url"},
	"a Telegram without a scheme":                {args: []string{"serve", "--telegram-api-url", "telegram.test"}, name: "--telegram-api-url"},
	"a Telegram with a password":                 {args: []string{"serve"}, env: []string{"PARLEY_TELEGRAM_API_URL=https://a:" + canary + "@telegram.test"}, name: "PARLEY_TELEGRAM_API_URL"},
	"a public URL with a query":                  {args: []string{"serve", "--public-url", "https://example.com?a=b"}, name: "--public-url"},
	"a public URL with a password":               {args: []string{"serve", "--public-url", "https://a:" + canary + "@example.com"}, name: "--public-url"},
	"a public URL whose port is too large":       {file: `public_url = "https://example.com:99999"`, name: "public_url in the file of PARLEY_CONFIG"},
	"a data folder that is a file":               {env: []string{"PARLEY_DATA_DIR=%DIR/note.txt"}, name: "PARLEY_DATA_DIR"},
	"a data folder below a file":                 {args: []string{"serve", "--data-dir", "%DIR/note.txt/data"}, name: "--data-dir"},
	"a data folder where nothing can be made":    {args: []string{"serve", "--data-dir", "/proc/parley"}, name: "--data-dir"},
	"a data folder where nothing can be written": {args: []string{"serve", "--data-dir", "/proc/self"}, name: "--data-dir"},
	"a data folder that is a number":             {file: `data_dir = 7`, name: "data_dir in the file of PARLEY_CONFIG"},
	"a database of another kind":                 {env: []string{"PARLEY_DATABASE_URL=mysql://root:" + canary + "@localhost/parley"}, name: "PARLEY_DATABASE_URL"},
	"a database address that is broken":          {env: []string{"PARLEY_DATABASE_URL=postgres://u:" + canary + "@[::/x"}, name: "PARLEY_DATABASE_URL"},
	"a Redis without a scheme":                   {args: []string{"serve", "--redis-url", "127.0.0.1:6379"}, name: "--redis-url"},
	"a Redis address that is broken":             {env: []string{"PARLEY_REDIS_URL=redis://:" + canary + "@[::/0"}, name: "PARLEY_REDIS_URL"},
	"a Redis of another kind":                    {file: `redis_url = "http://u:` + canary + `@redis.test"`, name: "redis_url in the file of PARLEY_CONFIG"},
	"a database without a file":                  {args: []string{"serve", "--database-url", "sqlite:"}, name: "--database-url"},
	"a database file that is a folder":           {args: []string{"serve", "--database-url", "sqlite:%DIR"}, name: "--database-url"},
	"a database file in no folder":               {file: `database_url = "sqlite:nowhere/parley.db"`, name: "database_url in the file of PARLEY_CONFIG"},
	"a database file that is none":               {args: []string{"serve", "--database-url", "sqlite:%DIR/note.txt"}, name: "--database-url"},
	"a secret key that is too short":             {env: []string{"PARLEY_SECRET_KEY=aHVudGVyMmNhbmFyeQ=="}, name: "PARLEY_SECRET_KEY"},
	"a secret key that is not base64":            {env: []string{"PARLEY_SECRET_KEY=" + canary + "-hunter2canary-hunter2canary"}, name: "PARLEY_SECRET_KEY"},
	"a secret key in the file that is short":     {file: `secret_key = "` + canary + `"`, name: "secret_key in the file of PARLEY_CONFIG"},
	"a secret key's file that is not there":      {args: []string{"serve", "--secret-key-file", "%DIR/nowhere"}, name: "--secret-key-file"},
	"a secret key's file without a key":          {args: []string{"serve", "--secret-key-file", "%DIR/note.txt"}, name: "--secret-key-file"},
	"a secret key's file that is empty":          {args: []string{"serve", "--secret-key-file", "/dev/null"}, name: "--secret-key-file"},
	"a kind of log that is not known":            {env: []string{"PARLEY_LOG=xml"}, name: "PARLEY_LOG"},
	"a kind of log in capitals":                  {args: []string{"serve", "--log", "JSON"}, name: "--log"},
	"a settings' file that is not there":         {env: []string{"PARLEY_CONFIG=%DIR/nowhere.toml"}, name: "PARLEY_CONFIG"},
	"a settings' file that is a folder":          {args: []string{"serve", "--config", "%DIR"}, name: "--config"},
	"a settings' file that is empty":             {args: []string{"serve", "--config", ""}, name: "--config"},
	"a settings' file that is broken":            {file: "addr = \"127.0.0.1:1\"\nsecret_key = " + canary, name: "PARLEY_CONFIG"},
	"a setting that is not known":                {file: `addrs = "127.0.0.1:8080"`, name: "addrs in the file of PARLEY_CONFIG"},
	"a setting of a later step":                  {file: `smtp_url = "smtp://localhost"`, name: "smtp_url in the file of PARLEY_CONFIG"},
	"a settings' file that names a file":         {file: `config = "other.toml"`, name: "config in the file of PARLEY_CONFIG"},
	"a setting with the prefix":                  {file: `PARLEY_ADDR = "127.0.0.1:8080"`, name: "PARLEY_ADDR in the file of PARLEY_CONFIG"},
	"a setting in a table":                       {file: "[server]\naddr = \"127.0.0.1:8080\"", name: "server in the file of PARLEY_CONFIG"},
	"a flag that is not known":                   {args: []string{"serve", "--pager-api-url", "http://x"}, name: "unknown flag --pager-api-url"},
	"a Slack without a path":                     {args: []string{"serve", "--slack-api-url", "https://slack.test"}, name: "--slack-api-url"},
	"a drain that is too long":                   {args: []string{"serve", "--drain", "4s"}, name: "--drain"},
	"a drain that is no time":                    {args: []string{"serve"}, env: []string{"PARLEY_DRAIN=3"}, name: "PARLEY_DRAIN"},
	"a proxy that is no address":                 {args: []string{"serve", "--trusted-proxies", "here"}, name: "--trusted-proxies"},
	"a network that is none":                     {env: []string{"PARLEY_TRUSTED_PROXIES=10.0.0.0/99"}, name: "PARLEY_TRUSTED_PROXIES"},
	"a country's header that nobody may set":     {args: []string{"serve", "--country-header", "CF-IPCountry"}, name: "--country-header"},
	"a host inside that is none":                 {args: []string{"serve", "--inside-hosts", "http://erp.local"}, name: "--inside-hosts"},
	"a host inside with a port":                  {env: []string{"PARLEY_INSIDE_HOSTS=erp.local:80"}, name: "PARLEY_INSIDE_HOSTS"},
	"a country's header that is none":            {env: []string{"PARLEY_COUNTRY_HEADER=a b", "PARLEY_TRUSTED_PROXIES=127.0.0.1"}, name: "PARLEY_COUNTRY_HEADER"},
	"a Slack with a password":                    {args: []string{"serve"}, env: []string{"PARLEY_SLACK_API_URL=https://a:" + canary + "@slack.test/api/"}, name: "PARLEY_SLACK_API_URL"},
	"an argument too many":                       {args: []string{"serve", "now"}, name: "unexpected argument now"},
	"a command that is not known":                {args: []string{"archive"}, name: "unexpected argument archive"},
	"a backup to nowhere":                        {args: []string{"backup"}, name: "missing flags: --to"},
	"a backup to an empty name":                  {args: []string{"backup", "--to", ""}, name: "--to"},
	"a backup of no database":                    {args: []string{"backup", "--to", "%DIR/b"}, name: "PARLEY_DATA_DIR"},
	"a backup in a key's place":                  {args: []string{"backup", "--to", "%DIR/b", "--with-key=perhaps"}, name: "--with-key"},
	"a restore of nothing":                       {args: []string{"restore"}, name: "missing flags: --from"},
	"a restore of what is not there":             {args: []string{"restore", "--from", "%DIR/nowhere"}, name: "--from"},
	"a restore of what is no backup":             {args: []string{"restore", "--from", "%DIR/note.txt"}, name: "--from"},
	"a restore with a key perhaps":               {args: []string{"restore", "--from", "%DIR/note.txt", "--new-key=perhaps"}, name: "--new-key"},
	"files in a folder of another kind":          {env: []string{"PARLEY_FILES_URL=gs://shop"}, name: "PARLEY_FILES_URL"},
	"files in a bucket without a name":           {args: []string{"serve", "--files-url", "s3:///files"}, name: "--files-url"},
	"files in a bucket with its keys":            {env: []string{"PARLEY_FILES_URL=s3://me:" + canary + "@shop"}, name: "PARLEY_FILES_URL"},
	"files at a server that is none":             {env: []string{"PARLEY_FILES_URL=s3://shop?endpoint=minio"}, name: "PARLEY_FILES_URL"},
	"files with a setting that is none":          {env: []string{"PARLEY_FILES_URL=s3://shop?secret=" + canary}, name: "PARLEY_FILES_URL"},
	"files in a bucket without its key":          {env: []string{"PARLEY_FILES_URL=s3://shop?region=eu-1"}, name: "PARLEY_FILES_ACCESS_KEY"},
	"files in a bucket with an empty key":        {args: []string{"serve", "--files-access-key", ""}, name: "--files-access-key"},
	"files in a bucket with a secret of nowhere": {args: []string{"serve", "--files-secret-key-file", "%DIR/nowhere"}, name: "--files-secret-key-file"},
	"files in a bucket without its secret":       {env: []string{"PARLEY_FILES_URL=s3://shop", "PARLEY_FILES_ACCESS_KEY=a"}, name: "PARLEY_FILES_SECRET_KEY"},
	"a command without its second word":          {args: []string{"agent"}, name: "expected one of"},
	"a demo that others could reach":             {args: []string{"demo", "--addr", "0.0.0.0:0"}, name: "--addr"},
	"a demo on every address":                    {env: []string{"PARLEY_ADDR=:0"}, args: []string{"demo"}, name: "PARLEY_ADDR"},
	"a demo on a name that is not this machine":  {args: []string{"demo", "--addr", "chat.example.com:8080"}, name: "--addr"},
	"a demo behind a public address":             {args: []string{"demo", "--addr", "127.0.0.1:0", "--public-url", "https://example.com"}, name: "--public-url"},
}

func TestABadSettingEndsInOneLineThatNamesItAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, tt := range badSettings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.refused(t, newPlace(t))
		})
	}
}

func TestABadInputEndsInOneLineThatNamesItAndChangesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.must("department", "add", "--name", "Support")
	p.must("agent", "add", "--email", "anna@example.test", "--name", "Anna Berg")
	p.must("channel", "add", "widget", "--department", "support", "--origin", "http://shop.test")
	p.file("short.txt", "seven77")
	p.file("note.txt", canary)
	before := p.must("agent", "list") + p.must("department", "list") + p.must("channel", "list")
	t.Run("input", func(t *testing.T) {
		for name, tt := range badInputs {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tt.refused(t, &place{t: t, dir: p.dir, env: p.env})
			})
		}
	})
	if after := p.must("agent", "list") + p.must("department", "list") + p.must("channel", "list"); after != before {
		t.Errorf("after refused commands: got %s, want %s", after, before)
	}
}

func TestAddressInUseEndsInOneLine(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	bad{env: []string{"PARLEY_ADDR=" + l.Addr().String()}, name: "PARLEY_ADDR"}.refused(t, newPlace(t))
}

// refused runs the command, and holds it to one line on stderr, nothing on stdout and no new file.
func (b bad) refused(t *testing.T, p *place) {
	t.Helper()
	here := func(s string) string { return strings.ReplaceAll(s, "%DIR", p.dir) }
	if !slices.Contains(files(t, p.dir), "note.txt") {
		p.file("note.txt", canary)
	}
	if b.file != "" {
		p = p.with("PARLEY_CONFIG=" + p.file("parley.toml", b.file))
	}
	for _, e := range b.env {
		p = p.with(here(e))
	}
	args := []string{"serve"}
	if b.args != nil {
		args = nil
	}
	for _, a := range b.args {
		args = append(args, here(a))
	}
	before := files(t, p.dir)
	stdout, stderr, status := p.do(args...)
	if status != exitUsage {
		t.Errorf("exit status: got %d, want %d", status, exitUsage)
	}
	if !strings.HasPrefix(stderr, "parley: "+b.name) || strings.Count(stderr, "\n") != 1 || !strings.HasSuffix(stderr, "\n") {
		t.Errorf("stderr: got %q, want one line that begins with %q", stderr, "parley: "+b.name)
	}
	if strings.Contains(stderr, canary) {
		t.Errorf("stderr repeats what could be a secret: %q", stderr)
	}
	if stdout != "" {
		t.Errorf("stdout: got %q, want nothing", stdout)
	}
	if after := files(t, p.dir); !slices.Equal(after, before) {
		t.Errorf("files: got %v, want %v", after, before)
	}
}

// files lists what is in a folder, but for what comes and goes while others use the database.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, "-wal") || strings.HasSuffix(path, "-shm") || strings.Contains(path, ".writable-") {
			return nil
		}
		if path != dir {
			names = append(names, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestEverySettingAndFlagHasABadValue keeps the tables above complete: a new flag without a row fails here.
func TestEverySettingAndFlagHasABadValue(t *testing.T) {
	t.Parallel()
	var named strings.Builder
	for _, rows := range []map[string]bad{badSettings, badInputs} {
		for _, row := range rows {
			named.WriteString(" " + row.name + " ")
		}
	}
	for _, leaf := range model(t).Leaves(false) {
		for _, flags := range leaf.AllFlags(true) {
			for _, f := range flags {
				if f.Name != "help" && !strings.Contains(named.String(), "--"+f.Name+" ") {
					t.Errorf("--%s of parley %s has no bad value in the tables", f.Name, leaf.Path())
				}
			}
		}
		for _, a := range leaf.Positional {
			if !strings.Contains(named.String(), "<"+a.Name+">") {
				t.Errorf("<%s> of %s has no bad value in the tables", a.Name, leaf.Path())
			}
		}
	}
	for setting := range defaults {
		if !strings.HasSuffix(setting, "secret_key") && !strings.Contains(named.String(), " --"+strings.ReplaceAll(setting, "_", "-")+" ") ||
			!strings.Contains(named.String(), " "+variable(setting)+" ") {
			t.Errorf("%s has no bad value in the tables, once as a flag and once as a variable", setting)
		}
	}
}

func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("parley"))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

func TestAFlagBeatsTheEnvironmentBeatsTheFileBeatsTheDefault(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	keys := [3]string{}
	for i := range keys {
		keys[i] = core.NewKey().Text().Reveal()
	}
	tests := map[string]struct{ inFile, inEnv, inFlag, flagText string }{
		"addr":         {"h:1", "h:2", "h:3", "h:3"},
		"public_url":   {"http://1", "http://2", "http://3", "http://3"},
		"data_dir":     {"1", "2", "3", "3"},
		"database_url": {"sqlite:1", "sqlite:2", "sqlite:3", "sqlite:3"},
		"secret_key":   {keys[0], keys[1], p.file("key", keys[2]+"\n"), keys[2]},
		"log":          {"1", "2", "3", "3"},
		"redis_url":    {"redis://1", "redis://2", "redis://3", "redis://3"},
		"drain":        {"1s", "2s", "3s", "3s"},

		"country_header":  {"1", "2", "3", "3"},
		"trusted_proxies": {"::1", "::2", "::3", "::3"},
		"inside_hosts":    {"a.test", "b.test", "c.test", "c.test"},

		"files_url":        {"s3://1", "s3://2", "s3://3", "s3://3"},
		"files_access_key": {"1", "2", "3", "3"},
		"files_secret_key": {"1", "2", p.file("secret", "3\n"), "3"},

		"telegram_api_url": {"http://1", "http://2", "http://3", "http://3"},
		"slack_api_url":    {"http://1/api/", "http://2/api/", "http://3/api/", "http://3/api/"},
	}
	for setting := range defaults {
		if _, ok := tests[setting]; !ok {
			t.Errorf("no test of %s", setting)
		}
	}
	for setting, tt := range tests {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			file := (&place{t: t, dir: t.TempDir()}).file("parley.toml", setting+` = "`+tt.inFile+`"`)
			env := map[string]string{}
			var f flags
			check := func(want, from string) {
				t.Helper()
				values, err := f.values(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
				if err != nil {
					t.Fatal(err)
				}
				if got := values[setting]; got != (value{want, from}) {
					t.Errorf("got %q from %q, want %q from %q", got.text, got.from, want, from)
				}
			}
			check(defaults[setting], variable(setting))
			env["PARLEY_CONFIG"] = file
			check(tt.inFile, setting+" in the file of PARLEY_CONFIG")
			env[variable(setting)] = ""
			check(tt.inFile, setting+" in the file of PARLEY_CONFIG")
			env[variable(setting)] = tt.inEnv
			check(tt.inEnv, variable(setting))
			name := "--" + strings.ReplaceAll(setting, "_", "-")
			switch setting {
			case "addr":
				f.Addr = &tt.inFlag
			case "telegram_api_url":
				f.TelegramURL = &tt.inFlag
			case "slack_api_url":
				f.SlackURL = &tt.inFlag
			case "public_url":
				f.PublicURL = &tt.inFlag
			case "data_dir":
				f.DataDir = &tt.inFlag
			case "database_url":
				f.DatabaseURL = &tt.inFlag
			case "redis_url":
				f.RedisURL = &tt.inFlag
			case "secret_key":
				f.SecretKeyFile, name = &tt.inFlag, "--secret-key-file"
			case "files_url":
				f.FilesURL = &tt.inFlag
			case "files_access_key":
				f.FilesKey = &tt.inFlag
			case "files_secret_key":
				f.FilesSecret, name = &tt.inFlag, "--files-secret-key-file"
			case "log":
				f.Log = &tt.inFlag
			case "drain":
				f.Drain = &tt.inFlag
			case "country_header":
				f.CountryHeader = &tt.inFlag
			case "inside_hosts":
				f.InsideHosts = &tt.inFlag
			case "trusted_proxies":
				f.TrustedProxies = &tt.inFlag
			}
			check(tt.flagText, name)
			other := (&place{t: t, dir: t.TempDir()}).file("other.toml", `addr = "other:1"`)
			f.Config = &other
			if setting != "addr" {
				delete(env, variable(setting))
				f = flags{Config: &other}
				check(defaults[setting], variable(setting)) // the flag's file is read instead of the variable's
			}
		})
	}
}

func TestPrecedenceHoldsForTheProgramAsAWhole(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.must("department", "add", "--name", "Support")
	snippet := func(p *place, name string, args ...string) string {
		t.Helper()
		return p.must(append(args, "channel", "add", "widget", "--department", "Support", "--name", name, "--origin", "http://shop.test")...)
	}
	want := func(got, url, name string) {
		t.Helper()
		if line := `<script async src="` + url + `/widget.js" data-channel="` + name + `"></script>` + "\n"; got != line {
			t.Errorf("got %q, want %q", got, line)
		}
	}
	want(snippet(p, "a"), "http://127.0.0.1:8080", "a")
	want(snippet(p.with("PARLEY_ADDR=0.0.0.0:90"), "b"), "http://localhost:90", "b")
	p = p.with("PARLEY_CONFIG=" + p.file("parley.toml", `public_url = "https://file.test/"`))
	want(snippet(p, "c"), "https://file.test", "c")
	p = p.with("PARLEY_PUBLIC_URL=https://env.test")
	want(snippet(p, "d"), "https://env.test", "d")
	want(snippet(p, "e", "--public-url", "https://flag.test"), "https://flag.test", "e")
}
