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


_FIXED = {
    "加暗角": "add a vignette",
    "高光压暗": "softer highlights",
    "压暗高光": "softer highlights",
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
    "加暖": "warm up",
    "暖色一点": "a bit warmer",
    "冷色一点": "a bit cooler",
    "暖一点": "a bit warmer",
    "冷一点": "a bit cooler",
    "降温": "cooler",
    "升温": "warmer",
}
"""Whole phrases that the rules below would read otherwise."""


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
        made["偏" + word + "一点点"] = made["偏" + word + "一些"] = made["偏" + word + "点"] = (
            f"a {color} tint"
        )
        made["偏" + word] = made["太" + word] = made["发" + word] = f"too {color}"
        made["偏" + word + "一点"] = made["偏" + word + "色"] = f"a {color} tint"
        made[word + "色调"] = made["偏" + word + "色调"] = made[word + "调"] = f"a {color} tint"
        made["去" + word] = f"less {color}"
    _warmth(made)
    _shades(made)
    _fractions(made)
    _steps(made)
    made |= _FIXED
    for phrase, english in list(made.items()):
        if phrase.endswith("色") and english in _PLAIN_COLORS:
            made[phrase + "的"] = english
    for word in ("变", "弄", "调"):
        made.pop(word + "黑", None)
    made |= {"变黑": "make black", "弄黑": "make black"}
    return made


def _warmth(made: dict[str, str]) -> None:
    """ "A bit cooler" is a wish, where "rather cool" alone complains."""
    for word, compared in (("冷", "cooler"), ("暖", "warmer"), ("亮", "brighter"), ("暗", "darker")):
        for after, degree in (*_AFTER_ADJECTIVE.items(), ("一点点", "a tiny bit")):
            made[f"偏{word}{after}"] = f"{degree} {compared}"
        made[f"偏{word}色调"] = made[f"偏{word}调"] = f"{compared}"


_SHADES = {"浅": "light", "淡": "light", "深": "dark", "暗": "dark", "亮": "bright", "粉": "pale"}
_SHADED = _COLORS | {"灰": "grey", "棕": "brown", "褐": "brown", "咖": "brown", "橘": "orange"}


def _shades(made: dict[str, str]) -> None:
    """Every shade of every colour, with and without the word for colour."""
    for character, shade in _SHADES.items():
        for word, color in _SHADED.items():
            for end in ("", "色", "色的"):
                made.setdefault(character + word + end, f"{shade} {color}")
    for word, color in _SHADED.items():
        made.setdefault(word + "色", color)


_NUMERALS = "一二三四五六七八九"


def _fractions(made: dict[str, str]) -> None:
    """ "三分之一", "百分之二十五", "三成": how much, in per cent."""
    for below, parts in enumerate(_NUMERALS[1:], 2):
        for above, part in enumerate(_NUMERALS[: below - 1], 1):
            made[f"{parts}分之{part}"] = f"{round(100 * above / below)} %"
    for place, numeral in enumerate(_NUMERALS, 1):
        made[f"{numeral}成"] = f"{10 * place} %"
        tens = "十" if place == 1 else f"{numeral}十"
        made[f"百分之{tens}"] = f"{10 * place} %"
        for more, unit in enumerate(_NUMERALS, 1):
            made[f"百分之{tens}{unit}"] = f"{10 * place + more} %"
        made.setdefault(f"百分之{numeral}", f"{place} %")


_UP = ("拉", "提", "调", "推", "抬", "升", "拔", "往上拉", "向上拉")
_DOWN = ("压", "降", "拉", "收", "减", "调", "往下压", "往下拉")
_UPWARDS = [
    "起来",
    "上来",
    "上去",
    "高",
    "高点",
    "高一点",
    "高一些",
    "升",
    "上来一点",
    "起来一点",
    "上去一点",
]
_DOWNWARDS = [
    "下去",
    "下来",
    "低",
    "低点",
    "低一点",
    "低一些",
    "下来一点",
    "下去一点",
    "一压",
    "一降",
    "小",
    "小点",
]


def _steps(made: dict[str, str]) -> None:
    """Verbs with their direction: "拉起来" lifts, "压下去" brings down."""
    for verb in _UP:
        for way in _UPWARDS:
            degree = " a bit" if way.endswith(("点", "些")) else ""
            made.setdefault(verb + way, f"raise{degree}")
    for verb in _DOWN:
        for way in _DOWNWARDS:
            degree = " a bit" if way.endswith(("点", "些")) else ""
            made.setdefault(verb + way, f"bring down{degree}")
