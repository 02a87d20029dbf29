/**
 * The words of Turkish, Indonesian and Vietnamese by which a model is given other orders, by stems.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Tongue } from "./tongue.js";

export const ASIAN_LATIN: readonly Tongue[] = [
  {
    // Turkish
    setAside:
      "(?:yok say\\w{0,3}|gormezden gel\\w{0,4}|unut\\w{0,3}|dikkate alma\\w{0,3}|goz ardi et\\w{0,3}|uyma\\w{0,3}|atla)",
    orders: "(?:talimat|yonerge|komutlar|istem|prompt|guvenlik kural|kurallarin)",
    allSaid: "(?:yukaridaki|onceki|soyledi\\w+) (?:her sey|hersey)\\w{0,2}|her seyi",
    asks: "(?:goster\\w{0,2}|soyle\\w{0,3}|ver\\w{0,2}|acikla\\w{0,2}|tekrarla\\w{0,2}|yaz\\w{0,3}|nedir|ne\\?|nelerdir)",
    prompt:
      "(?:sistem (?:istemi|prompt|talimat)\\w{0,6}|(?:ilk|gizli) (?:talimat|istem)\\w{0,6}|talimatlarin(?:i|iz)\\w{0,3})",
    secret: "(?:parola\\w{0,3}|sifre(?:n|yi|si|ni|niz|ler)?\\w{0,3}|gizli (?:anahtar|kod)\\w{0,3})",
    ungated:
      "(?:onay|izin|teyit)\\w{0,3} (?:almadan|beklemeden|istemeden|olmadan|sormadan)|(?:onay|guvenlik)\\w{0,3} .{0,15}(?:atla|devre disi birak)",
    becomes:
      "(?:artik|simdi|bundan sonra) (?:sen )?(?:bir |sinirsiz|ozgur|dan)\\b|artik sen|sen artik|gibi davran|rol yap",
  },
  {
    // Indonesian, Malay
    setAside: "(?:abaikan|lupakan|jangan (?:ikuti|patuhi|hiraukan)|hiraukan|lewati|kesampingkan)",
    orders:
      "(?:instruksi|perintah (?:sebelum|di atas|awal)|arahan|petunjuk|prompt|pedoman|aturan (?:sebelum|keamanan|anda))",
    allSaid: "semua(?:nya)? (?:yang|di atas|sebelum)",
    asks: "(?:tampilkan|tunjukkan|beri(?:tahu|kan)?|katakan|ungkapkan|ulangi|sebutkan|apa(?:kah)?|tuliskan|cetak|terjemahkan)",
    prompt: "(?:prompt sistem|system prompt|(?:instruksi|perintah|prompt) (?:sistem|awal|asli|anda|tersembunyi))",
    secret: "(?:kata sandi|kata laluan|sandi rahasia|kunci (?:rahasia|api|privat)|kredensial)",
    ungated:
      "tanpa (?:meminta |menunggu |adanya |perlu )?.{0,15}(?:persetujuan|izin|konfirmasi|kelulusan)|(?:lewati|abaikan|nonaktifkan) (?:\\w+ ){0,2}(?:persetujuan|aturan keamanan|pemeriksaan keamanan)",
    becomes:
      "(?:sekarang|mulai sekarang),? (?:kamu|anda)(?: adalah| akan| harus| menjadi)?\\b|(?:kamu|anda) sekarang adalah|berpura-?pura(?:lah)?|bertindaklah sebagai",
  },
  {
    // Vietnamese
    setAside: "(?:bo qua|phot lo|quen (?:di|het|tat ca|moi)|khong (?:lam theo|tuan theo)|lo di)",
    orders: "(?:huong dan|chi thi|chi dan|lenh truoc|menh lenh|prompt|quy tac (?:truoc|an toan)|yeu cau truoc)",
    allSaid: "(?:tat ca|moi thu) .{0,20}(?:truoc|o tren|da noi)",
    asks: "(?:cho (?:toi|biet)|hien thi|tiet lo|noi|lap lai|in ra|la gi|viet|dua)",
    prompt: "(?:(?:loi nhac|prompt|chi dan|huong dan) (?:he thong|ban dau|goc|cua ban))",
    secret: "(?:mat khau|khoa (?:bi mat|api|rieng)|ma bi mat)",
    ungated: "(?:khong can|ma khong|bo qua) .{0,20}(?:phe duyet|chap thuan|xac nhan|su cho phep)",
    becomes: "(?:bay gio|tu bay gio|tu gio) (?:ban|hay)\\b|ban (?:bay gio|gio) la|gia vo",
  },
];
