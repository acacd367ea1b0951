package main

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/pelletier/go-toml/v2"

	"parley/core"
	"parley/core/feed"
	"parley/core/file"
	"parley/core/socket"
	"parley/core/webhook"
)

// flags are the settings as flags. What is nil was not given.
type flags struct {
	Addr          *string `placeholder:"HOST:PORT" help:"Where to listen; 127.0.0.1:8080 unless said otherwise. Port 0 is any free one. PARLEY_ADDR"`
	PublicURL     *string `name:"public-url" placeholder:"URL" help:"The address as browsers see it; http:// and the address unless said otherwise. PARLEY_PUBLIC_URL"`
	DataDir       *string `placeholder:"FOLDER" help:"For the database, files and the secret key; ./data unless said otherwise. PARLEY_DATA_DIR"`
	DatabaseURL   *string `name:"database-url" placeholder:"URL" help:"sqlite:FILE or postgres://USER@HOST/NAME; a file in the data folder unless said otherwise. An address with a password is better kept in PARLEY_DATABASE_URL, where others on this machine do not see it."`
	RedisURL      *string `name:"redis-url" placeholder:"URL" help:"redis://HOST:PORT, where several nodes tell each other of news at once; none unless said otherwise. An address with a password is better kept in PARLEY_REDIS_URL."`
	SecretKeyFile *string `placeholder:"FILE" help:"A file with the secret key, 32 bytes in base64; made once in the data folder unless said otherwise. The variable with the key itself is PARLEY_SECRET_KEY"`
	FilesURL      *string `name:"files-url" placeholder:"URL" help:"s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION keeps files in a bucket, which several nodes share; in the data folder unless said otherwise. PARLEY_FILES_URL"`
	FilesKey      *string `name:"files-access-key" placeholder:"KEY" help:"The name of the bucket's key. PARLEY_FILES_ACCESS_KEY"`
	FilesSecret   *string `name:"files-secret-key-file" placeholder:"FILE" help:"A file with the bucket's secret key. The variable with the key itself is PARLEY_FILES_SECRET_KEY"`
	SlackURL      *string `name:"slack-api-url" placeholder:"URL" help:"Another server for Slack's Web API than Slack's own. PARLEY_SLACK_API_URL"`
	TelegramURL   *string `name:"telegram-api-url" placeholder:"URL" help:"Another server for Telegram's Bot API than Telegram's own. PARLEY_TELEGRAM_API_URL"`
	Log           *string `placeholder:"text|json" help:"How to log; text on a terminal, json elsewhere. PARLEY_LOG"`
	Drain         *string `placeholder:"DURATION" help:"For how long, when told to stop, to go on serving while /readyz says 503, so that a balancer can turn away; 0s to 3s, 0s unless said otherwise. PARLEY_DRAIN"`
	countryFlags
	guardFlags
	Config *string `placeholder:"FILE" help:"A TOML file with settings, named as the variables without PARLEY_, in lower case. PARLEY_CONFIG"`
}

// defaults has every setting that a file may name. Those whose default depends on another are empty here.
var defaults = map[string]string{
	"addr": "127.0.0.1:8080", "public_url": "", "data_dir": "./data", "database_url": "", "redis_url": "", "secret_key": "", "files_url": "", "files_access_key": "", "files_secret_key": "", "telegram_api_url": "", "slack_api_url": "", "log": "", "drain": "0s", "country_header": "", "trusted_proxies": "", "inside_hosts": "",
}

// value is a setting's text and where it came from, in the words of whoever gave it: --addr, PARLEY_ADDR, addr in FILE.
type value struct{ text, from string }

func variable(setting string) string { return "PARLEY_" + strings.ToUpper(setting) }

// config is the settings, checked.
type config struct {
	addr        string
	publicURL   string // "": to be made from where we listen
	dataDir     string
	databaseURL string
	redisURL    string // "": there is one node
	key         core.Key
	keyHeld     bool         // otherwise it is in the data folder, or will be
	bucket      *file.Bucket // nil: files are in the data folder
	telegramURL string       // "": Telegram's own
	slackURL    string       // "": Slack's own; ends in a slash
	json        bool
	drain       time.Duration // before the doors close
	countries   countrySource
	guard       *webhook.Guard // of hooks and systems of records
	from        map[string]string
}

// config reads and checks the settings. It makes nothing and opens nothing but the files that they name.
func (p *program) config() (config, error) { return p.configIn("") }

// configIn is config for a program that keeps its data in a folder below the data folder.
func (p *program) configIn(below string) (config, error) {
	values, err := p.flags.values(os.LookupEnv)
	if err != nil {
		return config{}, err
	}
	c := config{from: map[string]string{}}
	for _, check := range []struct {
		setting string
		take    func(text string) (reason string)
	}{
		{"addr", c.takeAddr},
		{"public_url", c.takePublicURL},
		{"data_dir", func(text string) string { return c.takeDataDir(filepath.Join(text, below)) }},
		{"database_url", c.takeDatabaseURL},
		{"redis_url", c.takeRedisURL},
		{"secret_key", c.takeSecretKey},
		{"files_url", c.takeFilesURL},
		{"files_access_key", c.takeFilesAccessKey},
		{"files_secret_key", c.takeFilesSecretKey},
		{"telegram_api_url", c.takeTelegramURL},
		{"slack_api_url", c.takeSlackURL},
		{"log", c.takeLog},
		{"drain", c.takeDrain},
		{"trusted_proxies", c.takeTrustedProxies},
		{"inside_hosts", c.takeInsideHosts},
		{"country_header", c.takeCountryHeader},
	} {
		v := values[check.setting]
		if reason := check.take(v.text); reason != "" {
			return config{}, &badInput{v.from, reason}
		}
		c.from[check.setting] = v.from
	}
	if values["database_url"].text == "" {
		c.from["database_url"] = c.from["data_dir"]
	}
	if !c.keyHeld {
		c.from["secret_key"] = c.keyFile()
	}
	p.from = c.from
	return c, nil
}

// values gives every setting: a flag over the environment over the file over the default. An empty variable is none.
func (f *flags) values(lookup func(string) (string, bool)) (map[string]value, error) {
	values := map[string]value{}
	for setting, text := range defaults {
		values[setting] = value{text, variable(setting)}
	}
	if text, _ := lookup("PARLEY_CONFIG"); f.Config != nil || text != "" {
		file := value{text, "PARLEY_CONFIG"}
		if f.Config != nil {
			file = value{*f.Config, "--config"}
		}
		if err := readFile(file, values); err != nil {
			return nil, err
		}
	}
	for setting := range defaults {
		if text, _ := lookup(variable(setting)); text != "" {
			values[setting] = value{text, variable(setting)}
		}
	}
	for _, flag := range []struct {
		setting, name string
		given         *string
	}{
		{"addr", "--addr", f.Addr}, {"public_url", "--public-url", f.PublicURL}, {"data_dir", "--data-dir", f.DataDir},
		{"database_url", "--database-url", f.DatabaseURL}, {"redis_url", "--redis-url", f.RedisURL}, {"files_url", "--files-url", f.FilesURL},
		{"files_access_key", "--files-access-key", f.FilesKey}, {"files_secret_key", "--files-secret-key-file", f.FilesSecret}, {"secret_key", "--secret-key-file", f.SecretKeyFile},
		{"telegram_api_url", "--telegram-api-url", f.TelegramURL}, {"slack_api_url", "--slack-api-url", f.SlackURL}, {"log", "--log", f.Log}, {"drain", "--drain", f.Drain}, {"country_header", "--country-header", f.CountryHeader}, {"trusted_proxies", "--trusted-proxies", f.TrustedProxies}, {"inside_hosts", "--inside-hosts", f.InsideHosts},
	} {
		if flag.given == nil {
			continue
		}
		v := value{*flag.given, flag.name}
		if strings.HasSuffix(flag.setting, "secret_key") {
			secret, err := os.ReadFile(v.text) //nolint:gosec // whoever runs the program names the file
			if err != nil {
				return nil, &badInput{v.from, "cannot be read: " + cause(err)}
			}
			v.text = string(secret)
		}
		if v.text = strings.TrimSpace(v.text); v.text == "" {
			return nil, &badInput{v.from, "is empty"}
		}
		values[flag.setting] = v
	}
	return values, nil
}

// readFile puts a TOML file's settings over the values.
func readFile(file value, values map[string]value) error {
	text, err := os.ReadFile(file.text)
	if err != nil {
		return &badInput{file.from, "cannot be read: " + cause(err)}
	}
	var settings map[string]any
	if err := toml.Unmarshal(text, &settings); err != nil {
		where := ""
		if e, ok := errors.AsType[*toml.DecodeError](err); ok { // its words could repeat what stands there
			line, _ := e.Position()
			where = " at line " + strconv.Itoa(line)
		}
		return &badInput{file.from, "is not TOML" + where}
	}
	for _, setting := range slices.Sorted(maps.Keys(settings)) {
		from := setting + " in the file of " + file.from
		if _, known := defaults[setting]; !known {
			return &badInput{from, "is not a setting"}
		}
		text, ok := settings[setting].(string)
		if !ok || text == "" {
			return &badInput{from, "must be text in quotes"}
		}
		values[setting] = value{text, from}
	}
	return nil
}

func (c *config) takeAddr(text string) string {
	const reason = "must be HOST:PORT, like 127.0.0.1:8080"
	host, port, err := net.SplitHostPort(text)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		return reason
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && !isHostName(host) {
		return reason
	}
	c.addr = text
	return ""
}

func isHostName(s string) bool {
	letter := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_'
	}
	return len(s) <= 253 && strings.Trim(s, "-.") == s && !strings.ContainsFunc(s, func(r rune) bool { return !letter(r) })
}

func (c *config) takePublicURL(text string) string {
	if text == "" {
		return ""
	}
	origin, ok := socket.ParseOrigin(strings.TrimSuffix(text, "/"))
	if ok {
		_, port, _ := net.SplitHostPort(strings.SplitN(origin, "://", 2)[1])
		_, err := strconv.ParseUint(port, 10, 16)
		ok = port == "" || err == nil
	}
	if !ok {
		return "must be like https://chat.example.com, without a path"
	}
	c.publicURL = origin
	return ""
}

func (c *config) takeTelegramURL(text string) string {
	if text != "" && !serverURL(text) {
		return "must be like https://api.telegram.org"
	}
	c.telegramURL = strings.TrimSuffix(text, "/")
	return ""
}

func (c *config) takeDrain(text string) string {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxDrain {
		return "must be a time between 0s and 3s"
	}
	c.drain = d
	return ""
}

func (c *config) takeSlackURL(text string) string {
	if text != "" && (!serverURL(text) || !strings.HasSuffix(text, "/api/")) {
		return "must be like https://slack.com/api/"
	}
	c.slackURL = text
	return ""
}

// serverURL tells whether a text is the address of a server, without a user or a query.
func serverURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == ""
}

func (c *config) takeDataDir(path string) string {
	c.dataDir = path
	info, err := os.Stat(c.dataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ""
	case err != nil:
		return "cannot be opened: " + cause(err)
	case !info.IsDir():
		return "is not a folder"
	}
	return ""
}

// takeDatabaseURL looks at SQLite's file only; the store itself says what an address must be.
func (c *config) takeDatabaseURL(text string) string {
	if text == "" {
		text = "sqlite:" + filepath.Join(c.dataDir, "parley.db")
	}
	c.databaseURL = text
	path, ok := c.databaseFile()
	if !ok {
		return ""
	}
	if info, err := os.Stat(path); err == nil && (!info.Mode().IsRegular() || !isSQLite(path)) {
		return "is not a database of SQLite"
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); folder != c.dataDir && (err != nil || !info.IsDir()) {
		return "there is no folder for that file"
	}
	return ""
}

// takeRedisURL asks nothing of the Redis itself: it may be away.
func (c *config) takeRedisURL(text string) string {
	c.redisURL = text
	if text == "" {
		return ""
	}
	if e, bad := errors.AsType[*core.Error](feed.CheckRedis(text)); bad {
		return e.Reason
	}
	return ""
}

// databaseFile gives SQLite's file, if that is the database.
func (c *config) databaseFile() (string, bool) {
	path, ok := strings.CutPrefix(c.databaseURL, "sqlite:")
	return path, ok && path != ""
}

// databaseKind is sqlite or postgres.
func (c *config) databaseKind() string {
	if _, ok := c.databaseFile(); ok {
		return "sqlite"
	}
	return "postgres"
}

// isSQLite tells whether a file is empty, as SQLite's are in the beginning, or begins as SQLite's do
// (https://www.sqlite.org/fileformat.html). One that cannot be opened is left to whoever opens it.
func isSQLite(path string) bool {
	const magic = "SQLite format 3\x00"
	file, err := os.Open(path)
	if err != nil {
		return true
	}
	defer func() { _ = file.Close() }() // it was only read
	head := make([]byte, len(magic))
	n, _ := io.ReadFull(file, head)
	return n == 0 || string(head[:n]) == magic
}

func (c *config) takeSecretKey(text string) string {
	if text == "" {
		return ""
	}
	key, err := core.ParseKey(strings.TrimSpace(text))
	if err != nil {
		return "must be 32 bytes in base64"
	}
	c.key, c.keyHeld = key, true
	return ""
}

func (c *config) takeLog(text string) string {
	switch text {
	case "":
		c.json = !isatty.IsTerminal(os.Stderr.Fd())
	case "text", "json":
		c.json = text == "json"
	default:
		return "must be text or json"
	}
	return ""
}

// logger makes the program's log.
func (c *config) logger(to io.Writer) *slog.Logger {
	if c.json {
		return slog.New(slog.NewJSONHandler(to, nil))
	}
	return slog.New(slog.NewTextHandler(to, nil))
}

// public gives the public URL; if none was given, it is where we listen. Only a listener knows the port that it got.
func (c *config) public(listener net.Addr) string {
	if c.publicURL != "" {
		return c.publicURL
	}
	host, port, _ := net.SplitHostPort(c.addr) // checked
	if at, ok := listener.(*net.TCPAddr); ok {
		port = strconv.Itoa(at.Port)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	origin, _ := socket.ParseOrigin("http://" + net.JoinHostPort(host, port))
	return origin
}

// isLoopback tells whether a host is this machine and no other can reach it.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// cause gives an error of the file system without the path, which whoever reads it has given.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
