/** Emoji by the names that people type for them. Pure data: a few that stand in prompts and commit messages. */
const NAMES = `
😀 grinning smile happy|😂 joy laugh|🙂 slight_smile|😉 wink|😊 blush|😍 heart_eyes|🤔 thinking|😅 sweat_smile|😭 sob cry|😡 rage angry
😱 scream|😴 sleeping|🤯 mind_blown|🥳 partying|😎 sunglasses cool|🙄 eye_roll|🤷 shrug|🤦 facepalm|🙏 pray please thanks|👏 clap
👍 thumbsup yes +1|👎 thumbsdown no|👌 ok_hand|👋 wave hello|💪 muscle strong|🤝 handshake|👀 eyes look|🧠 brain|❤️ heart love|💔 broken_heart
🔥 fire hot|✨ sparkles new_feature|⭐ star|🌟 glowing_star|🎉 tada party|🎊 confetti|🚀 rocket deploy launch|💡 bulb idea|⚡ zap performance|💥 boom breaking
🐛 bug fix|🐞 beetle|🩹 bandage|🚑 ambulance hotfix|🔧 wrench config|🔨 hammer build|🛠️ tools|⚙️ gear settings|🔩 nut_and_bolt|🧰 toolbox
✅ check_mark done|❌ cross_mark fail|⚠️ warning|❗ exclamation|❓ question|💯 hundred|🚫 prohibited forbidden|⛔ no_entry|🛑 stop|🔔 bell
🔒 lock security|🔓 unlock|🔑 key|🛡️ shield|🕵️ detective|📝 memo docs|📚 books|📖 book|📄 page|📋 clipboard
📁 folder|📂 open_folder|🗑️ wastebasket remove|📦 package release|🏷️ label tag|📌 pushpin|📎 paperclip|🔗 link|🔍 search magnifier|🔎 inspect
📈 chart_up|📉 chart_down|📊 bar_chart|🧪 test_tube tests|🔬 microscope|💻 computer laptop|🖥️ desktop|📱 phone mobile|⌨️ keyboard|🖱️ mouse
💾 floppy save|🗄️ cabinet database|🌐 globe web|☁️ cloud|🐳 whale docker|🐧 penguin linux|🍎 apple|🪟 window|🐍 snake python|🦀 crab rust
☕ coffee java|🍺 beer|🍕 pizza|🎂 cake birthday|🌈 rainbow|☀️ sun|🌙 moon|❄️ snowflake|🌊 wave_water|🌱 seedling
🌲 tree|🐱 cat|🐶 dog|🦊 fox|🦄 unicorn|🐢 turtle slow|🐌 snail|🐝 bee|🦆 duck rubber_duck|🤖 robot bot
🎨 art style|🚧 construction wip|♻️ recycle refactor|⏪ rewind revert|🔀 shuffle merge|⬆️ arrow_up upgrade|⬇️ arrow_down downgrade|➡️ arrow_right|⬅️ arrow_left|🔄 arrows_cycle sync
⏰ alarm_clock|⏳ hourglass|📅 calendar|🏁 checkered_flag finish|🏆 trophy|🎯 dart target|💰 money|🎁 gift|📣 megaphone announce|💬 speech comment
`;

export interface Emoji {
  readonly sign: string;
  /** The first is the one that it is shown by. */
  readonly names: readonly string[];
}

export const EMOJI: readonly Emoji[] = NAMES.trim()
  .split(/[|\n]/)
  .map((one) => {
    const [sign = "", ...names] = one.split(" ");
    return { sign, names };
  });
