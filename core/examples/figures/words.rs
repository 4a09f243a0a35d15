//! The few words of the samples in a second language, so that both can be looked at.

use teescope_core::text::Text;

/// The samples' words in Japanese, by the English word.
pub(crate) const JAPANESE: &str = "
app, libraries: アプリとライブラリー
ordinary memory: 通常のメモリー
EPCM and metadata: EPCM と管理情報
free EPC pages: 空き EPC ページ
free: 空き
code: コード
heap: ヒープ
guard: ガード
stack: スタック
Process: プロセス
Physical memory: 物理メモリー
phase.boot: 起動
phase.allocate: 確保
phase.load: 読み込み
phase.initialise: 初期化
phase.enter: 入場
phase.use: 使用
";

/// A word that the samples know in both languages, by itself as the key.
pub(crate) fn said(word: &str) -> Text {
    let known = JAPANESE.lines().filter_map(|l| l.split_once(": "));
    match known.into_iter().find(|(k, _)| *k == word) {
        Some((k, _)) => Text::said(k, k),
        None => word.into(),
    }
}
