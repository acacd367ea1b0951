package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// pinned is an image whose version is said.
var pinned = regexp.MustCompile(`^[a-z]+:[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z]+)*$`)

// knownSetting tells whether a variable is one that the program reads.
func knownSetting(name string) bool {
	_, known := defaults[strings.ToLower(strings.TrimPrefix(name, "PARLEY_"))]
	return known && strings.HasPrefix(name, "PARLEY_")
}

func readTop(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The image runs as nobody in particular, from bases whose versions are said, with settings that the program knows.
func TestTheImageIsWhatItShouldBe(t *testing.T) {
	t.Parallel()
	var stages, froms []string
	last := map[string]string{} // by instruction, of the last stage
	for line := range strings.Lines(readTop(t, "Dockerfile")) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		if words[0] == "FROM" {
			froms, last = append(froms, words[1]), map[string]string{}
			stages = append(stages, words[len(words)-1])
		}
		last[words[0]] = strings.Join(words[1:], " ")
		if from, ok := strings.CutPrefix(words[1], "--from="); ok && words[0] == "COPY" && !slices.Contains(stages, from) {
			t.Errorf("there is no stage %s", from)
		}
	}
	for _, from := range froms[:len(froms)-1] {
		if !pinned.MatchString(from) {
			t.Errorf("%s says no version", from)
		}
	}
	if goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readTop(t, "go.mod"))[1]; !slices.ContainsFunc(froms, func(f string) bool { return strings.HasPrefix(f, "golang:"+goVersion+".") }) {
		t.Errorf("built by %v, want Go %s", froms, goVersion)
	}
	if froms[len(froms)-1] != "scratch" || last["USER"] != "65532:65532" || last["ENTRYPOINT"] != `["/parley"]` || last["VOLUME"] != "/data" || last["EXPOSE"] != "8080" {
		t.Errorf("the image is from %s with %v", froms[len(froms)-1], last)
	}
	for setting := range strings.FieldsSeq(last["ENV"]) {
		name, value, _ := strings.Cut(setting, "=")
		if !knownSetting(name) || name == "PARLEY_ADDR" && !strings.HasSuffix(value, ":"+last["EXPOSE"]) || name == "PARLEY_DATA_DIR" && value != last["VOLUME"] {
			t.Errorf("%s is none of the program's settings, or not what the image says elsewhere", setting)
		}
	}
}

func TestComposeNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]struct {
			Image       string
			Build       map[string]any
			Profiles    []string
			Environment map[string]string
			ReadOnly    bool `yaml:"read_only"`
			Volumes     []string
			Ports       []string
			DependsOn   any `yaml:"depends_on"`
			Configs     []struct{ Source string }
		}
		Volumes map[string]any
		Configs map[string]struct{ Content string }
	}
	if err := yaml.Unmarshal([]byte(readTop(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	profiles := map[string]int{}
	for name, s := range file.Services {
		if len(s.Profiles) != 1 {
			t.Errorf("%s is of the profiles %v, want one", name, s.Profiles)
			continue
		}
		profiles[s.Profiles[0]]++
		if s.Build == nil && !pinned.MatchString(s.Image) {
			t.Errorf("%s: %s says no version", name, s.Image)
		}
		if s.Build != nil && !s.ReadOnly {
			t.Errorf("%s: the program needs to write nothing but its data", name)
		}
		for variable := range s.Environment {
			if s.Build != nil && !knownSetting(variable) {
				t.Errorf("%s: %s is none of the program's settings", name, variable)
			}
		}
		for _, v := range s.Volumes {
			if _, there := file.Volumes[strings.Split(v, ":")[0]]; !there {
				t.Errorf("%s: there is no volume %s", name, v)
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: %s is open to everybody, without TLS", name, p)
			}
		}
		for _, c := range s.Configs {
			for _, upstream := range regexp.MustCompile(`node-\d`).FindAllString(file.Configs[c.Source].Content, -1) {
				if _, there := file.Services[upstream]; !there {
					t.Errorf("%s: there is no %s", name, upstream)
				}
			}
		}
	}
	if profiles["one"] != 1 || profiles["two"] != 5 {
		t.Errorf("got %v", profiles)
	}
}
