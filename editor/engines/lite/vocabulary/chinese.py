"""What Chinese adjectives become with the words around them; the words are in chinese.toml."""

from collections.abc import Mapping

from editor.engines.lite.vocabulary.lists import listed

_AFTER_ADJECTIVE = {
    "一点": "a bit",
    "一些": "a bit",
    "点": "a bit",
    "一点点": "a tiny bit",
    "些": "a bit",
    "一点儿": "a bit",
    "很多": "much",
    "许多": "much",
    "得多": "much",
}
_BEFORE_VERB = (
    "调",
    "变",
    "弄",
    "提",
    "加",
    "打",
    "变得",
    "变得更",
    "调得更",
    "调得",
    "弄得更",
    "拉",
    "做得更",
    "处理得",
    "处理得更",
    "搞",
)
_NOT_ENOUGH = {
    "亮": "too dark",
    "明亮": "too dark",
    "清晰": "too blurry",
    "清楚": "too blurry",
    "鲜艳": "too dull",
    "暖": "too cold",
    "锐利": "too blurry",
    "锐": "too blurry",
    "暗": "too bright",
}
_COLORS = {
    "红": "red",
    "蓝": "blue",
    "绿": "green",
    "黄": "yellow",
    "紫": "purple",
    "橙": "orange",
    "粉": "pink",
    "青": "cyan",
}
_PLAIN_COLORS = frozenset(
    [
        "red",
        "blue",
        "green",
        "yellow",
        "orange",
        "pink",
        "purple",
        "brown",
        "black",
        "white",
        "grey",
        "gold",
        "silver",
    ]
)


def phrases_of(words: Mapping[str, str], adjectives: Mapping[str, list[str]]) -> dict[str, str]:
    """Every phrase with its English: the words, and what adjectives make with their neighbours."""
    made = {phrase: english for english, phrases in words.items() for phrase in listed(phrases)}
    for phrase in [phrase for phrase in made if phrase.endswith("风")]:
        made.setdefault(phrase + "格", made[phrase])
    for word, (plain, compared, verb) in adjectives.items():
        made[word] = plain
        made["更" + word] = made["再" + word] = made["更加" + word] = compared
        for before in _BEFORE_VERB:
            made[before + word] = compared if before.endswith("更") else verb
        for after, degree in _AFTER_ADJECTIVE.items():
            made[word + after] = made["更" + word + after] = made["再" + word + after] = (
                f"{degree} {compared}"
            )
            made["稍微" + word + after] = made["稍" + word + after] = f"{degree} {compared}"
            made["调" + word + after] = made["变" + word + after] = f"{degree} {compared}"
    for word, complaint in _NOT_ENOUGH.items():
        made["不够" + word] = made["不太" + word] = complaint
    for word, color in _COLORS.items():
        made["偏" + word] = made["太" + word] = made["发" + word] = f"too {color}"
        made["偏" + word + "一点"] = made["偏" + word + "色"] = f"a {color} tint"
        made[word + "色调"] = made["偏" + word + "色调"] = made[word + "调"] = f"a {color} tint"
        made["去" + word] = f"less {color}"
    made |= {"加暗角": "add a vignette", "高光压暗": "softer highlights", "压暗高光": "softer highlights"}
    made |= {
        "太暗": "too dark",
        "太灰": "too dull",
        "变黑": "make black",
        "变白": "make white",
        "白底的": "white background",
        "太亮": "too bright",
        "偏暗": "too dark",
        "偏亮": "too bright",
        "偏冷": "too cold",
        "偏暖": "too warm",
        "冷暖": "qzx",
    }
    made |= {
        "锐化": "sharpen",
        "柔化": "soften",
        "虚化": "blur",
        "模糊处理": "blur",
        "高斯模糊": "blur",
        "模糊化": "blur",
        "模糊掉": "blur",
        "提亮": "brighten",
        "压暗": "darken",
        "加深": "darken",
        "淡化": "fade",
        "柔焦": "soft focus",
        "去模糊": "unblur",
        "变模糊": "blur",
    }
    made |= {
        "加暖": "warm up",
        "暖色一点": "a bit warmer",
        "冷色一点": "a bit cooler",
        "暖一点": "a bit warmer",
        "冷一点": "a bit cooler",
        "降温": "cooler",
        "升温": "warmer",
    }
    for phrase, english in list(made.items()):
        if phrase.endswith("色") and english in _PLAIN_COLORS:
            made[phrase + "的"] = english
    for word in ("变", "弄", "调"):
        made.pop(word + "黑", None)
    made |= {"变黑": "make black", "弄黑": "make black"}
    return made
