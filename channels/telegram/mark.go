package telegram

import (
	"net/url"

	"github.com/go-telegram/bot/models"

	"parley/channels"
	"parley/core"
)

// marks are the kinds of mark that both sides know.
var marks = []struct {
	network models.MessageEntityType
	core    core.EntityKind
}{
	{models.MessageEntityTypeBold, core.Bold},
	{models.MessageEntityTypeItalic, core.Italic},
	{models.MessageEntityTypeUnderline, core.Underline},
	{models.MessageEntityTypeStrikethrough, core.Strike},
	{models.MessageEntityTypeSpoiler, core.Spoiler},
	{models.MessageEntityTypeCode, core.Code},
	{models.MessageEntityTypePre, core.Pre},
	{models.MessageEntityTypeBlockquote, core.Quote},
	{models.MessageEntityTypeExpandableBlockquote, core.Quote},
	{models.MessageEntityTypeTextLink, core.Link},
}

// marksIn reads the marks on a text. Those that need no mark to be seen, such as addresses and hashtags, are left out.
func marksIn(text string, entities []models.MessageEntity) []core.Entity {
	var all []core.Entity
	for _, e := range entities {
		for _, m := range marks {
			if m.network != e.Type {
				continue
			}
			in := core.Entity{Kind: m.core, Offset: e.Offset, Length: e.Length}
			switch m.core {
			case core.Link:
				in.URL = e.URL
			case core.Pre:
				in.Language = e.Language
			}
			all = append(all, in)
			break
		}
	}
	return channels.FromUTF16(text, all)
}

// marksOut writes the marks of a content. A link that Telegram would refuse, with the whole message, stays a text.
func marksOut(c core.Content) []models.MessageEntity {
	var all []models.MessageEntity
	for _, e := range channels.ToUTF16(c.Text, c.Entities) {
		if e.Kind == core.Link && !isWeb(e.URL) {
			continue
		}
		for _, m := range marks {
			if m.core == e.Kind {
				all = append(all, models.MessageEntity{Type: m.network, Offset: e.Offset, Length: e.Length, URL: e.URL, Language: e.Language})
				break
			}
		}
	}
	return all
}

func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
