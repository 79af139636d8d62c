#include "common/form.h"

#include <string.h>

static const struct form_word opportunities[] = {
	{"research", "专项研究课题"},
	{"service", "推荐服务"},
	{0},
};

/* clang-format off */
static const struct form_field periodical[] = {
	{"year", "年份", FORM_NUMBER, true, "2026", NULL},
	{"issue", "期数", FORM_NUMBER, true, "47", NULL},
	{"period-from", "起始日期", FORM_DATE, true, "2026-11-16", NULL},
	{"period-to", "截止日期", FORM_DATE, true, "2026-11-22", NULL},
	{0},
};

static const struct form_field opportunity[] = {
	{"opportunity", "机会类别", FORM_WORD, true, "research", opportunities},
	{"sponsor", "主办单位", FORM_LINE, true, "国家互联网应急中心", NULL},
	{"budget", "预算范围", FORM_LINE, false, "30-50 万元", NULL},
	{"deadline", "申报截止", FORM_TIME, true, "2026-12-20T18:00:00+08:00", NULL},
	{"how-to-declare", "申报方式", FORM_TEXT, true, "在客户端回复意向", NULL},
	{"regions", "面向地区", FORM_LINE, false, "广东、浙江", NULL},
	{"capabilities", "能力要求", FORM_LINE, false, "恶意代码分析、应急响应", NULL},
	{0},
};

static const struct form_field seminar[] = {
	{"starts", "开始时间", FORM_TIME, true, "2026-12-10T09:00:00+08:00", NULL},
	{"ends", "结束时间", FORM_TIME, true, "2026-12-10T17:00:00+08:00", NULL},
	{"time-zone", "时区", FORM_ZONE, true, "Asia/Shanghai", NULL},
	{"place", "地点", FORM_LINE, false, "北京市朝阳区裕民路甲3号", NULL},
	{"link", "会议链接", FORM_LINK, false, "https://meeting.example/123", NULL},
	{"seats", "席位", FORM_NUMBER, false, "60", NULL},
	{"reply-by", "回复截止", FORM_TIME, false, "2026-12-05T18:00:00+08:00", NULL},
	{"agenda", "议程", FORM_TEXT, false, "09:00 开幕", NULL},
	{0},
};
/* clang-format on */

static const struct form forms[] = {
	{"weekly", periodical},
	{"monthly", periodical},
	{"opportunity", opportunity},
	{"seminar", seminar},
};

const struct form *form_of(const char *channel)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (strcmp(forms[i].channel, channel) == 0)
			return &forms[i];
	return NULL;
}

size_t form_count(const struct form *form)
{
	size_t count = 0;

	while (form->fields[count].name)
		count++;
	return count;
}

size_t form_find(const struct form *form, const char *name)
{
	size_t i = 0;

	while (form->fields[i].name && strcmp(form->fields[i].name, name) != 0 &&
		   strcmp(form->fields[i].label, name) != 0)
		i++;
	return i;
}

/* NULL when no form has it. */
static const struct form_field *find(const char *channel, const char *name)
{
	const struct form *form = form_of(channel);
	size_t i = form ? form_find(form, name) : 0;

	return form && form->fields[i].name ? &form->fields[i] : NULL;
}

const char *form_label(const char *channel, const char *name)
{
	const struct form_field *field = find(channel, name);

	if (field)
		return field->label;
	if (strcmp(name, FORM_REASON) == 0)
		return "原因";
	return strcmp(name, FORM_TEST) == 0 ? "测试" : name;
}

const char *form_value_text(const char *channel, const char *name, const char *value)
{
	const struct form_field *field = find(channel, name);
	const struct form_word *word = field ? field->words : NULL;

	for (; word && word->word; word++)
		if (strcmp(word->word, value) == 0)
			return word->text;
	return value;
}
