using System.Globalization;
using Pirogov.ClinicalText;
using Pirogov.Statistics;

namespace Pirogov.Unit.ClinicalText;

/// <summary>A made-up note with the places of what identifies in it.</summary>
/// <param name="Known">What the header would have said.</param>
internal sealed record InventedNote(string Text, IReadOnlyList<FoundIdentifier> Identifiers, KnownIdentifiers Known);

/// <summary>
/// Writes notes of invented people: sentences with identifiers in many forms, between sentences full of figures and capitals
/// that identify nobody. A function of the seed.
/// </summary>
internal sealed class InventedNotes(ulong seed)
{
    private static readonly string[][] Surnames =
    [
        // Nominative, genitive, dative, instrumental, and two transliterations.
        ["Выдуманов", "Выдуманова", "Выдуманову", "Выдумановым", "Vydumanov", "VYDUMANOV"],
        ["Небывалова", "Небываловой", "Небываловой", "Небываловой", "Nebyvalova", "NEBYVALOVA"],
        ["Щукин", "Щукина", "Щукину", "Щукиным", "Shchukin", "SCHUKIN"],
        ["Придумская", "Придумской", "Придумской", "Придумской", "Pridumskaya", "PRIDUMSKAIA"],
        ["Сочиненко", "Сочиненко", "Сочиненко", "Сочиненко", "Sochinenko", "SOCHINENKO"],
        ["Жмых", "Жмыха", "Жмыху", "Жмыхом", "Zhmykh", "ZHMYKH"],
        ["Кравец", "Кравца", "Кравцу", "Кравцом", "Kravets", "KRAVETC"],
        ["Соловьёв", "Соловьёва", "Соловьеву", "Соловьевым", "Solovyov", "SOLOVEV"],
        ["Юсупджанов", "Юсупджанова", "Юсупджанову", "Юсупджановым", "Yusupdzhanov", "IUSUPDZHANOV"],
    ];

    private static readonly string[][] GivenNames =
    [
        ["Пётр", "Петра", "Петру", "Петром", "Petr", "PYOTR"],
        ["Мария", "Марии", "Марии", "Марией", "Mariya", "MARIIA"],
        ["Сергей", "Сергея", "Сергею", "Сергеем", "Sergey", "SERGEI"],
        ["Павел", "Павла", "Павлу", "Павлом", "Pavel", "PAVEL"],
        ["Игорь", "Игоря", "Игорю", "Игорем", "Igor", "IGOR"],
        ["Наталья", "Натальи", "Наталье", "Натальей", "Natalya", "NATALIA"],
        ["Дмитрий", "Дмитрия", "Дмитрию", "Дмитрием", "Dmitriy", "DMITRII"],
    ];

    private static readonly string[] Patronymics = ["Сергеевич", "Ильич", "Петрович", "Игоревич", "Андреевна", "Кузьминична"];
    private static readonly string[] Doctors = ["Лечилин А.Б.", "В.Г. Докторова", "Рентгенов К. М.", "Снимкина Е.П."];

    private static readonly string[] Harmless =
    [
        "В верхней доле правого лёгкого очаг 12 х 8 мм, плотность 35 HU.", "КТ ОГК, толщина среза 1,25 мм, шаг 0.984, 120 кВ, 250 мА.",
        "МРТ головного мозга в режимах T1, T2, FLAIR, DWI b=1000.", "Левая доля печени 62 мм, правая 148 мм, размеры 7.5х4.2х3.1 см.",
        "По сравнению с предыдущим исследованием без динамики.", "BI-RADS 4B, ACR C, Lung-RADS 3.", "Лимфоузлы L1-L5, сегмент S6, VI сегмент, позвонки Th10-Th12.",
        "Белое вещество без особенностей, М-эхо 5,6 мм.", "Введено 100 мл Ультрависта 370, скорость 3.5 мл/с.", "Заключение: КТ-признаки ХОБЛ, GOLD II.",
        "Ствол мозга и мозжечок обычной структуры, желудочки не расширены.", "Protocol B30f, kernel 2.1.3, SW syngo VB17A.", "АД 140/90, ЧСС 78, ИМТ 24.5, СКФ 92.",
        "Пациентка жалоб не предъявляет.", "Больной в сознании, контакту доступен.", "Дневник питания ведёт, плановая госпитализация.", "Доза 1250 мГр*см, CTDIvol 18.42.",
        "Паховая область без особенностей; правая подвздошная область болезненна.", "Внутримышечно 2 г. Цефтриаксона 2 раза в день.", "Коды C34.1, I25.0; TNM T2N1M0.",
        "Размеры 512 512 16, матрица 256/256, пиксель 0.7/0.7.", "Ёмкость мочевого пузыря 350 мл, остаточная моча 15 мл.", "Врач УЗИ осмотрел повторно.", "Номер серии 3, изображение 45.",
    ];

    private readonly Xoshiro256 random = new(seed);

    public IEnumerable<InventedNote> Write(int count) => Enumerable.Range(0, count).Select(_ => Note());

    private InventedNote Note()
    {
        var (surname, given, patronymic) = (Pick(Surnames), Pick(GivenNames), Pick(Patronymics));
        var text = "";
        var places = new List<FoundIdentifier>();
        void Add(string before, string identifier, string after, IdentifierKind kind)
        {
            text += before;
            places.Add(new(text.Length, identifier.Length, kind));
            text += identifier + after;
        }

        for (var i = 0; i < 6; i++)
        {
            text += (text.Length > 0 ? " " : "") + Pick(Harmless) + " ";
            switch (random.NextInt32(13))
            {
                case 0: Add("", surname[0] + " " + given[0] + " " + patronymic, " направлен на КТ.", IdentifierKind.Name); break;
                case 1: Add("Снимки ", surname[1], " пересмотрены.", IdentifierKind.Name); break;
                case 2: Add("Рекомендовано ", surname[2], " продолжить лечение.", IdentifierKind.Name); break;
                case 3: Add("Беседа с ", surname[3], " проведена.", IdentifierKind.Name); break;
                case 4: Add("CT chest ", random.NextInt32(2) == 0 ? surname[4] : surname[5], " axial.", IdentifierKind.Name); break;
                case 5: Add("Со слов ", given[1], " боли с утра.", IdentifierKind.Name); break;
                case 6: Add("Описал: ", Pick(Doctors), " ", IdentifierKind.Name); break;
                case 7: Add("СНИЛС ", Snils(), ".", IdentifierKind.Snils); break;
                case 8: Add("Полис ", Policy(), ".", IdentifierKind.OmsPolicy); break;
                case 9: Add(Pick("Паспорт ", "Паспорт серия "), Pick("4510 123456", "45 10 654321", "4511 № 700123"), " выдан отделом.", IdentifierKind.Passport); break;
                case 10: Add("Тел. ", Pick("+7 (916) 123-45-67", "8 495 765 43 21", "89161234567", "8-800-555-35-35", "+7 4852 12-34-56"), ".", IdentifierKind.Phone); break;
                case 11:
                    Add("Проживает: ", Pick(
                    "г. Москва, ул. Ленина, д. 12, кв. 34", "123456, Московская обл., г. Химки, ул. 8 Марта, 15-7", "пос. Придумка, пер. Садовый, дом 3",
                    "Невский проспект, 28", "пр-т Мира, д. 5, корп. 2, кв. 118"), ".", IdentifierKind.Address); break;
                default: Add("Исследование от ", Date(), " доступно.", IdentifierKind.Date); break;
            }
        }

        Add(" Карта № ", (10_000 + random.NextInt32(90_000)).ToString(CultureInfo.InvariantCulture), ", ", IdentifierKind.Record);
        Add("почта ", "vydumka" + random.NextInt32(99) + "@example.ru", ".", IdentifierKind.Email);
        var latin = random.NextInt32(3) == 0;
        return new(text, places, new KnownIdentifiers([latin ? $"{surname[4]}^{given[4]}" : $"{surname[0]}^{given[0]}^{patronymic}"], []));
    }

    private string Date() => Pick("12.03.2024", "2024-03-12", "12 марта 2024 г.", "05/11/2019", "3 мая 2021 года", "01.02.23", "20240312", "марта 2022 г.");

    private string Snils()
    {
        var digits = (100_000_000 + random.NextInt32(899_999_999)).ToString(CultureInfo.InvariantCulture);
        var check = (digits.Select((c, i) => (c - '0') * (9 - i)).Sum() % 101 % 100).ToString("00", CultureInfo.InvariantCulture);
        return random.NextInt32(2) == 0 ? digits + check : $"{digits[..3]}-{digits[3..6]}-{digits[6..]} {check}";
    }

    private string Policy()
    {
        var digits = "77" + (1_000_000_000_000 + (long)(random.NextDouble() * 8_999_999_999_999)).ToString(CultureInfo.InvariantCulture);
        var whole = Enumerable.Range(0, 10).Select(d => digits + d).Single(d => CheckDigits.IsOmsPolicy(d));
        return random.NextInt32(2) == 0 ? whole : $"{whole[..4]} {whole[4..8]} {whole[8..12]} {whole[12..]}";
    }

    private T Pick<T>(params T[] of) => of[random.NextInt32(of.Length)];
}
