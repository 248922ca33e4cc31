using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Pirogov.Portal.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "agenda_clinical_task",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Title = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    DataKind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Target = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Question = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    Metric = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    ExpectedBenefit = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    Priority = table.Column<int>(type: "integer", nullable: false),
                    Owner = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ChangedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    SearchText = table.Column<string>(type: "character varying(401)", maxLength: 401, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_agenda_clinical_task", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "archive_batch",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    CentreCode = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    CreatedBy = table.Column<Guid>(type: "uuid", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    EndedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    JobId = table.Column<Guid>(type: "uuid", nullable: true),
                    Door = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    Options = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    ProfileName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    ProfileVersion = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    ProfileSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_batch", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "archive_centre_key",
                columns: table => new
                {
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProtectedKey = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_centre_key", x => x.CentreId);
                });

            migrationBuilder.CreateTable(
                name: "archive_centre_profile",
                columns: table => new
                {
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    Options = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    ChosenBy = table.Column<Guid>(type: "uuid", nullable: false),
                    ChosenAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_centre_profile", x => x.CentreId);
                });

            migrationBuilder.CreateTable(
                name: "archive_workitem",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Uid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    TransactionUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ChangedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Dataset = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_workitem", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "archive_workitem_subscription",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Subscriber = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Workitem = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Filter = table.Column<string>(type: "text", nullable: false),
                    HasDeletionLock = table.Column<bool>(type: "boolean", nullable: false),
                    IsOff = table.Column<bool>(type: "boolean", nullable: false),
                    SuspendedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_workitem_subscription", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "audit_entry",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Action = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    ObjectKind = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    ObjectId = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Origin = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Details = table.Column<string>(type: "text", nullable: false),
                    PreviousHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_entry", x => x.Sequence);
                });

            migrationBuilder.CreateTable(
                name: "competition",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    TitleRu = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    TitleEn = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    DescriptionRu = table.Column<string>(type: "character varying(8000)", maxLength: 8000, nullable: false),
                    DescriptionEn = table.Column<string>(type: "character varying(8000)", maxLength: 8000, nullable: false),
                    ClinicalTaskId = table.Column<Guid>(type: "uuid", nullable: true),
                    DatasetVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    QuestionId = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    PositiveOption = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    Primary = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    Secondary = table.Column<string[]>(type: "text[]", nullable: false),
                    ToleranceMm = table.Column<double>(type: "double precision", nullable: false),
                    StartsAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    EndsAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    DailyLimit = table.Column<int>(type: "integer", nullable: false),
                    TimeZone = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    State = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    Received = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    EndedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    WinnerId = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DataProtectionKeys",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    FriendlyName = table.Column<string>(type: "text", nullable: true),
                    Xml = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DataProtectionKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "dataset",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Slug = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    NameRu = table.Column<string>(type: "text", nullable: false),
                    NameEn = table.Column<string>(type: "text", nullable: false),
                    DescriptionRu = table.Column<string>(type: "text", nullable: false),
                    DescriptionEn = table.Column<string>(type: "text", nullable: false),
                    ClinicalTaskId = table.Column<Guid>(type: "uuid", nullable: true),
                    Licence = table.Column<string>(type: "text", nullable: false),
                    TermsRu = table.Column<string>(type: "text", nullable: false),
                    TermsEn = table.Column<string>(type: "text", nullable: false),
                    SearchText = table.Column<string>(type: "text", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "evidence_record",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Subject = table.Column<Guid>(type: "uuid", nullable: false),
                    Statement = table.Column<string>(type: "text", nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_evidence_record", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "job",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Payload = table.Column<string>(type: "text", nullable: false),
                    SubjectKind = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    SubjectId = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    RequestedBy = table.Column<Guid>(type: "uuid", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Percent = table.Column<int>(type: "integer", nullable: false),
                    Message = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    Failure = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    Result = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    CancellationRequested = table.Column<bool>(type: "boolean", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    StartedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    EndedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_job", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_activity",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    From = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    To = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_activity", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_case_digest",
                columns: table => new
                {
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ConsensusId = table.Column<Guid>(type: "uuid", nullable: true),
                    ComparedDay = table.Column<int>(type: "integer", nullable: false),
                    ThroughDay = table.Column<int>(type: "integer", nullable: true),
                    Readers = table.Column<int>(type: "integer", nullable: false),
                    Rounds = table.Column<int>(type: "integer", nullable: false),
                    IsAdjudicated = table.Column<bool>(type: "boolean", nullable: false),
                    Returns = table.Column<int>(type: "integer", nullable: false),
                    Corrections = table.Column<int>(type: "integer", nullable: false),
                    Uncertain = table.Column<int>(type: "integer", nullable: false),
                    LowestAgreement = table.Column<double>(type: "double precision", nullable: true),
                    Doubt = table.Column<double>(type: "double precision", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_case_digest", x => x.ProjectCaseId);
                });

            migrationBuilder.CreateTable(
                name: "labelling_case_item",
                columns: table => new
                {
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Item = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    Week = table.Column<int>(type: "integer", nullable: false),
                    Agreement = table.Column<double>(type: "double precision", nullable: true),
                    Pattern = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    IsPresent = table.Column<bool>(type: "boolean", nullable: true),
                    Answer = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    MeasuredJson = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_case_item", x => new { x.ProjectCaseId, x.Kind, x.Item });
                });

            migrationBuilder.CreateTable(
                name: "labelling_class_confusion",
                columns: table => new
                {
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Unit = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    First = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Second = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    Count = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_class_confusion", x => new { x.ProjectCaseId, x.Unit, x.First, x.Second });
                });

            migrationBuilder.CreateTable(
                name: "labelling_comment",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Level = table.Column<int>(type: "integer", nullable: false),
                    ConsensusNumber = table.Column<int>(type: "integer", nullable: true),
                    Reason = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Text = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    PlaceJson = table.Column<string>(type: "text", nullable: true),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_comment", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_comparison",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Round = table.Column<int>(type: "integer", nullable: false),
                    IsCurrent = table.Column<bool>(type: "boolean", nullable: false),
                    Sources = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    FiguresJson = table.Column<string>(type: "text", nullable: false),
                    Agreed = table.Column<bool>(type: "boolean", nullable: false),
                    DetailMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DetailSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    RegionsMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DraftMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_comparison", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_consensus",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Origin = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    ComparisonId = table.Column<Guid>(type: "uuid", nullable: false),
                    RevisionId = table.Column<Guid>(type: "uuid", nullable: true),
                    Sources = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    DocumentMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DocumentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    DocumentSize = table.Column<long>(type: "bigint", nullable: false),
                    SchemaVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    CaseSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ProvenanceMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: true),
                    ProvenanceSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_consensus", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_decision",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    ComparisonId = table.Column<Guid>(type: "uuid", nullable: false),
                    Disagreement = table.Column<Guid>(type: "uuid", nullable: false),
                    Choice = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Source = table.Column<string>(type: "character varying(1)", maxLength: 1, nullable: true),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_decision", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_exam",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    Cases = table.Column<int>(type: "integer", nullable: false),
                    Score = table.Column<double>(type: "double precision", nullable: false),
                    Threshold = table.Column<double>(type: "double precision", nullable: false),
                    Passed = table.Column<bool>(type: "boolean", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_exam", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_expert",
                columns: table => new
                {
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Specialty = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    Subspecialty = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    PractisingSince = table.Column<int>(type: "integer", nullable: true),
                    Level = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    CentresJson = table.Column<string>(type: "text", nullable: false),
                    AvailabilityJson = table.Column<string>(type: "text", nullable: false),
                    ChangedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Turn = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_expert", x => x.AccountId);
                });

            migrationBuilder.CreateTable(
                name: "labelling_given_rating",
                columns: table => new
                {
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Question = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    Category = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_given_rating", x => new { x.ProjectCaseId, x.Question, x.AccountId });
                });

            migrationBuilder.CreateTable(
                name: "labelling_gold_score",
                columns: table => new
                {
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Purpose = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Score = table.Column<double>(type: "double precision", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_gold_score", x => x.ReadingId);
                });

            migrationBuilder.CreateTable(
                name: "labelling_mask",
                columns: table => new
                {
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Md5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_mask", x => x.Sha256);
                });

            migrationBuilder.CreateTable(
                name: "labelling_qualification",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Level = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    Since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_qualification", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_reader_item",
                columns: table => new
                {
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Item = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Patient = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Mode = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Week = table.Column<int>(type: "integer", nullable: false),
                    Quality = table.Column<double>(type: "double precision", nullable: false),
                    Answer = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_reader_item", x => new { x.ReadingId, x.Kind, x.Item });
                });

            migrationBuilder.CreateTable(
                name: "labelling_release",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    SchemaVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    ScopeJson = table.Column<string>(type: "text", nullable: false),
                    ReleasedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ManifestMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    AgreementJson = table.Column<string>(type: "text", nullable: false),
                    ReportMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    ReportSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ChangesMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: true),
                    ChangesSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_release", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_schema",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    NormalizedName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    DataKind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_schema", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_sealed_file",
                columns: table => new
                {
                    Subject = table.Column<Guid>(type: "uuid", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    Md5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_sealed_file", x => new { x.Subject, x.Position });
                });

            migrationBuilder.CreateTable(
                name: "labelling_sealed_support",
                columns: table => new
                {
                    Subject = table.Column<Guid>(type: "uuid", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    Kind = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Below = table.Column<Guid>(type: "uuid", nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_sealed_support", x => new { x.Subject, x.Position });
                });

            migrationBuilder.CreateTable(
                name: "labelling_source_score",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ConsensusId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Pass = table.Column<int>(type: "integer", nullable: false),
                    Changed = table.Column<bool>(type: "boolean", nullable: false),
                    FiguresJson = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_source_score", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "labelling_verdict",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ConsensusId = table.Column<Guid>(type: "uuid", nullable: false),
                    JudgedId = table.Column<Guid>(type: "uuid", nullable: false),
                    Level = table.Column<int>(type: "integer", nullable: false),
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    ValidatorId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_verdict", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "organisation",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    NormalizedName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_organisation", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "outbox_message",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Type = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    Payload = table.Column<string>(type: "text", nullable: false),
                    OccurredAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    NextAttemptAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    LastFailure = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox_message", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "personal_access_token",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    SecretSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Scopes = table.Column<List<string>>(type: "text[]", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    LastUsedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    RevokedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_personal_access_token", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "solution",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    CompetitionId = table.Column<Guid>(type: "uuid", nullable: false),
                    SubmissionId = table.Column<Guid>(type: "uuid", nullable: false),
                    DatasetVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    ClinicalTaskId = table.Column<Guid>(type: "uuid", nullable: true),
                    TitleRu = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    TitleEn = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    TeamName = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Metric = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Score = table.Column<double>(type: "double precision", nullable: false),
                    ScoreLow = table.Column<double>(type: "double precision", nullable: false),
                    ScoreHigh = table.Column<double>(type: "double precision", nullable: false),
                    MadeAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_solution", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "stored_object",
                columns: table => new
                {
                    Md5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    StoredAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UnnamedSince = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_stored_object", x => x.Md5);
                });

            migrationBuilder.CreateTable(
                name: "archive_batch_action",
                columns: table => new
                {
                    BatchId = table.Column<Guid>(type: "uuid", nullable: false),
                    Tag = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: false),
                    Action = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_batch_action", x => new { x.BatchId, x.Tag, x.Action });
                    table.ForeignKey(
                        name: "FK_archive_batch_action_archive_batch_BatchId",
                        column: x => x.BatchId,
                        principalTable: "archive_batch",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "archive_case",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Label = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    BatchId = table.Column<Guid>(type: "uuid", nullable: false),
                    DataKind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    StudyInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    PatientPseudonym = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    PatientSex = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    PatientAge = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    PatientAgeYears = table.Column<int>(type: "integer", nullable: true),
                    AccessionNumber = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Description = table.Column<string>(type: "text", nullable: false),
                    StudyDate = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: true),
                    StudyTime = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    PatientBirthDate = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: true),
                    StudyId = table.Column<string>(type: "text", nullable: false),
                    ReferringPhysician = table.Column<string>(type: "text", nullable: false),
                    TimezoneOffset = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    Modalities = table.Column<string>(type: "text", nullable: false),
                    SeriesCount = table.Column<int>(type: "integer", nullable: false),
                    ContentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    InstanceCount = table.Column<int>(type: "integer", nullable: false),
                    ReceivedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    SearchText = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_case", x => x.Id);
                    table.ForeignKey(
                        name: "FK_archive_case_archive_batch_BatchId",
                        column: x => x.BatchId,
                        principalTable: "archive_batch",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "archive_incoming_file",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    BatchId = table.Column<Guid>(type: "uuid", nullable: false),
                    ContentHmac = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    Verdict = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    SopInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: true),
                    ReasonOffset = table.Column<long>(type: "bigint", nullable: true),
                    Warnings = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    Actions = table.Column<string>(type: "text", nullable: false),
                    Repeats = table.Column<int>(type: "integer", nullable: false),
                    ReceivedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_incoming_file", x => x.Id);
                    table.ForeignKey(
                        name: "FK_archive_incoming_file_archive_batch_BatchId",
                        column: x => x.BatchId,
                        principalTable: "archive_batch",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "archive_instance",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    BatchId = table.Column<Guid>(type: "uuid", nullable: false),
                    CaseId = table.Column<Guid>(type: "uuid", nullable: true),
                    StudyInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SeriesInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SopInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SopClassUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    InstanceNumber = table.Column<int>(type: "integer", nullable: false),
                    Frames = table.Column<int>(type: "integer", nullable: false),
                    Rows = table.Column<int>(type: "integer", nullable: false),
                    Columns = table.Column<int>(type: "integer", nullable: false),
                    BitsAllocated = table.Column<int>(type: "integer", nullable: false),
                    TransferSyntaxUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Md5 = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    SentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    ArchivedUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_instance", x => x.Id);
                    table.ForeignKey(
                        name: "FK_archive_instance_archive_batch_BatchId",
                        column: x => x.BatchId,
                        principalTable: "archive_batch",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "archive_quarantined_file",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    BatchId = table.Column<Guid>(type: "uuid", nullable: false),
                    SopInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Modality = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    Rows = table.Column<int>(type: "integer", nullable: false),
                    Columns = table.Column<int>(type: "integer", nullable: false),
                    Frames = table.Column<int>(type: "integer", nullable: false),
                    Md5 = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Decision = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    DecidedBy = table.Column<Guid>(type: "uuid", nullable: true),
                    DecidedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    RegionsJson = table.Column<string>(type: "text", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_quarantined_file", x => x.Id);
                    table.ForeignKey(
                        name: "FK_archive_quarantined_file_archive_batch_BatchId",
                        column: x => x.BatchId,
                        principalTable: "archive_batch",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_case",
                columns: table => new
                {
                    CompetitionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Split = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Shape = table.Column<List<int>>(type: "integer[]", nullable: false),
                    Affine = table.Column<List<double>>(type: "double precision[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_case", x => new { x.CompetitionId, x.Name });
                    table.ForeignKey(
                        name: "FK_competition_case_competition_CompetitionId",
                        column: x => x.CompetitionId,
                        principalTable: "competition",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_team",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    CompetitionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    NameKey = table.Column<string>(type: "character varying(160)", maxLength: 160, nullable: false),
                    MadeAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    FinalSubmissionId = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_team", x => x.Id);
                    table.ForeignKey(
                        name: "FK_competition_team_competition_CompetitionId",
                        column: x => x.CompetitionId,
                        principalTable: "competition",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_admission",
                columns: table => new
                {
                    DatasetId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_admission", x => new { x.DatasetId, x.AccountId });
                    table.ForeignKey(
                        name: "FK_dataset_admission_dataset_DatasetId",
                        column: x => x.DatasetId,
                        principalTable: "dataset",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_version",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    DatasetId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    ReleaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    TrainFraction = table.Column<double>(type: "double precision", nullable: false),
                    PublicTestFraction = table.Column<double>(type: "double precision", nullable: false),
                    HiddenTestFraction = table.Column<double>(type: "double precision", nullable: false),
                    Seed = table.Column<long>(type: "bigint", nullable: false),
                    HiddenSalt = table.Column<string>(type: "text", nullable: false),
                    FrozenAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    FrozenBy = table.Column<Guid>(type: "uuid", nullable: false),
                    JobId = table.Column<Guid>(type: "uuid", nullable: false),
                    PublishedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ManifestMd5 = table.Column<string>(type: "text", nullable: false),
                    ManifestSha256 = table.Column<string>(type: "text", nullable: false),
                    HiddenCommitment = table.Column<string>(type: "text", nullable: false),
                    Commit = table.Column<string>(type: "text", nullable: false),
                    ReleaseEvidence = table.Column<string>(type: "text", nullable: false),
                    Targets = table.Column<string>(type: "text", nullable: false),
                    Test_Files = table.Column<int>(type: "integer", nullable: false),
                    Test_Md5 = table.Column<string>(type: "text", nullable: false),
                    Test_Size = table.Column<long>(type: "bigint", nullable: false),
                    Train_Files = table.Column<int>(type: "integer", nullable: false),
                    Train_Md5 = table.Column<string>(type: "text", nullable: false),
                    Train_Size = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_version", x => x.Id);
                    table.ForeignKey(
                        name: "FK_dataset_version_dataset_DatasetId",
                        column: x => x.DatasetId,
                        principalTable: "dataset",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "labelling_export",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ReleaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Format = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    CasesJson = table.Column<string>(type: "text", nullable: false),
                    JobId = table.Column<Guid>(type: "uuid", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    FinishedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Md5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: true),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    Losses = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_export", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_export_labelling_release_ReleaseId",
                        column: x => x.ReleaseId,
                        principalTable: "labelling_release",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_released_case",
                columns: table => new
                {
                    ReleaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    CaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ConsensusId = table.Column<Guid>(type: "uuid", nullable: false),
                    VerdictId = table.Column<Guid>(type: "uuid", nullable: true),
                    DocumentMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DocumentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    DocumentSize = table.Column<long>(type: "bigint", nullable: false),
                    Masks = table.Column<int>(type: "integer", nullable: false),
                    Objects = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_released_case", x => new { x.ReleaseId, x.CaseId });
                    table.ForeignKey(
                        name: "FK_labelling_released_case_labelling_release_ReleaseId",
                        column: x => x.ReleaseId,
                        principalTable: "labelling_release",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_schema_version",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    SchemaId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    ContentJson = table.Column<string>(type: "text", nullable: false),
                    MigrationJson = table.Column<string>(type: "text", nullable: true),
                    ChangedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    PublishedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_schema_version", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_schema_version_labelling_schema_SchemaId",
                        column: x => x.SchemaId,
                        principalTable: "labelling_schema",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "account",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    FullName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    NormalizedFullName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    OrganisationId = table.Column<Guid>(type: "uuid", nullable: true),
                    Culture = table.Column<string>(type: "character varying(5)", maxLength: 5, nullable: false),
                    IsDisabled = table.Column<bool>(type: "boolean", nullable: false),
                    UsedCodeStep = table.Column<long>(type: "bigint", nullable: true),
                    UserName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    NormalizedUserName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    Email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    NormalizedEmail = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    EmailConfirmed = table.Column<bool>(type: "boolean", nullable: false),
                    PasswordHash = table.Column<string>(type: "text", nullable: true),
                    SecurityStamp = table.Column<string>(type: "text", nullable: true),
                    ConcurrencyStamp = table.Column<string>(type: "text", nullable: true),
                    PhoneNumber = table.Column<string>(type: "text", nullable: true),
                    PhoneNumberConfirmed = table.Column<bool>(type: "boolean", nullable: false),
                    TwoFactorEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    LockoutEnd = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LockoutEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    AccessFailedCount = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_account", x => x.Id);
                    table.ForeignKey(
                        name: "FK_account_organisation_OrganisationId",
                        column: x => x.OrganisationId,
                        principalTable: "organisation",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateTable(
                name: "agenda_reference_centre",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Code = table.Column<string>(type: "character varying(12)", maxLength: 12, nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    OrganisationId = table.Column<Guid>(type: "uuid", nullable: true),
                    Revision = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_agenda_reference_centre", x => x.Id);
                    table.ForeignKey(
                        name: "FK_agenda_reference_centre_organisation_OrganisationId",
                        column: x => x.OrganisationId,
                        principalTable: "organisation",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateTable(
                name: "solution_stage_gate",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    SolutionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Stage = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    PassedBy = table.Column<Guid>(type: "uuid", nullable: false),
                    PassedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    StandsOn = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_solution_stage_gate", x => x.Id);
                    table.ForeignKey(
                        name: "FK_solution_stage_gate_solution_SolutionId",
                        column: x => x.SolutionId,
                        principalTable: "solution",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "archive_series",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    StudyInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SeriesInstanceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SeriesNumber = table.Column<int>(type: "integer", nullable: true),
                    Modality = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    Description = table.Column<string>(type: "text", nullable: false),
                    BodyPart = table.Column<string>(type: "text", nullable: false),
                    Manufacturer = table.Column<string>(type: "text", nullable: false),
                    ManufacturerModel = table.Column<string>(type: "text", nullable: false),
                    InstanceCount = table.Column<int>(type: "integer", nullable: false),
                    SeriesDate = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: true),
                    SeriesTime = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    StepStartDate = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: true),
                    StepStartTime = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    RequestAttributes = table.Column<string>(type: "text", nullable: false),
                    Reading = table.Column<int>(type: "integer", nullable: false),
                    FrameOfReferenceUid = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Rows = table.Column<int>(type: "integer", nullable: false),
                    Columns = table.Column<int>(type: "integer", nullable: false),
                    ColumnSpacing = table.Column<double>(type: "double precision", nullable: true),
                    RowSpacing = table.Column<double>(type: "double precision", nullable: true),
                    SliceSpacing = table.Column<double>(type: "double precision", nullable: true),
                    QualityNotes = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    ThumbnailMd5 = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    MetadataMd5 = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    CaseId = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_series", x => x.Id);
                    table.ForeignKey(
                        name: "FK_archive_series_archive_case_CaseId",
                        column: x => x.CaseId,
                        principalTable: "archive_case",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "archive_shown_frames",
                columns: table => new
                {
                    FileId = table.Column<long>(type: "bigint", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    First = table.Column<int>(type: "integer", nullable: false),
                    Last = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_shown_frames", x => new { x.FileId, x.AccountId, x.First, x.Last });
                    table.ForeignKey(
                        name: "FK_archive_shown_frames_archive_quarantined_file_FileId",
                        column: x => x.FileId,
                        principalTable: "archive_quarantined_file",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_invitation",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    TeamId = table.Column<Guid>(type: "uuid", nullable: false),
                    CompetitionId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Role = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    InvitedBy = table.Column<Guid>(type: "uuid", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    InvitedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    AnsweredAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_invitation", x => x.Id);
                    table.ForeignKey(
                        name: "FK_competition_invitation_competition_team_TeamId",
                        column: x => x.TeamId,
                        principalTable: "competition_team",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_submission",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    CompetitionId = table.Column<Guid>(type: "uuid", nullable: false),
                    DatasetVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    TeamId = table.Column<Guid>(type: "uuid", nullable: false),
                    SubmittedBy = table.Column<Guid>(type: "uuid", nullable: false),
                    SubmittedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    Ordinal = table.Column<int>(type: "integer", nullable: true),
                    FileName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    Md5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: true),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Faults = table.Column<string>(type: "text", nullable: false),
                    FaultCount = table.Column<int>(type: "integer", nullable: false),
                    JobId = table.Column<Guid>(type: "uuid", nullable: true),
                    VersionEvidence = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_submission", x => x.Id);
                    table.ForeignKey(
                        name: "FK_competition_submission_competition_team_TeamId",
                        column: x => x.TeamId,
                        principalTable: "competition_team",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_team_member",
                columns: table => new
                {
                    CompetitionId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    TeamId = table.Column<Guid>(type: "uuid", nullable: false),
                    Role = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    JoinedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_team_member", x => new { x.CompetitionId, x.AccountId });
                    table.ForeignKey(
                        name: "FK_competition_team_member_competition_team_TeamId",
                        column: x => x.TeamId,
                        principalTable: "competition_team",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_case",
                columns: table => new
                {
                    VersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    CaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Patient = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    PatientPseudonym = table.Column<string>(type: "text", nullable: false),
                    Split = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    IsBuilt = table.Column<bool>(type: "boolean", nullable: false),
                    LabelMd5 = table.Column<string>(type: "text", nullable: true),
                    Answers = table.Column<string>(type: "text", nullable: false),
                    Facts = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_case", x => new { x.VersionId, x.Name });
                    table.ForeignKey(
                        name: "FK_dataset_case_dataset_version_VersionId",
                        column: x => x.VersionId,
                        principalTable: "dataset_version",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_file",
                columns: table => new
                {
                    VersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Path = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    Md5 = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    Audience = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_file", x => new { x.VersionId, x.Path });
                    table.ForeignKey(
                        name: "FK_dataset_file_dataset_version_VersionId",
                        column: x => x.VersionId,
                        principalTable: "dataset_version",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_project",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    NormalizedName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    ClinicalTaskId = table.Column<Guid>(type: "uuid", nullable: true),
                    SchemaVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Instructions = table.Column<string>(type: "text", nullable: false),
                    ReadersPerCase = table.Column<int>(type: "integer", nullable: false),
                    MostReaders = table.Column<int>(type: "integer", nullable: false),
                    Threshold = table.Column<double>(type: "double precision", nullable: false),
                    ThresholdsJson = table.Column<string>(type: "text", nullable: false),
                    LevelsJson = table.Column<string>(type: "text", nullable: false),
                    ConsensusJson = table.Column<string>(type: "text", nullable: false),
                    PassesJson = table.Column<string>(type: "text", nullable: false),
                    Rule = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    StartedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    DueAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Distribution = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    TermsJson = table.Column<string>(type: "text", nullable: false),
                    PlanRevision = table.Column<int>(type: "integer", nullable: false),
                    HandedOut = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_project", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_project_labelling_schema_version_SchemaVersionId",
                        column: x => x.SchemaVersionId,
                        principalTable: "labelling_schema_version",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "account_role",
                columns: table => new
                {
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Role = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_account_role", x => new { x.AccountId, x.Role });
                    table.ForeignKey(
                        name: "FK_account_role_account_AccountId",
                        column: x => x.AccountId,
                        principalTable: "account",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserClaims",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    ClaimType = table.Column<string>(type: "text", nullable: true),
                    ClaimValue = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserClaims", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AspNetUserClaims_account_UserId",
                        column: x => x.UserId,
                        principalTable: "account",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserLogins",
                columns: table => new
                {
                    LoginProvider = table.Column<string>(type: "text", nullable: false),
                    ProviderKey = table.Column<string>(type: "text", nullable: false),
                    ProviderDisplayName = table.Column<string>(type: "text", nullable: true),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserLogins", x => new { x.LoginProvider, x.ProviderKey });
                    table.ForeignKey(
                        name: "FK_AspNetUserLogins_account_UserId",
                        column: x => x.UserId,
                        principalTable: "account",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserTokens",
                columns: table => new
                {
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    LoginProvider = table.Column<string>(type: "text", nullable: false),
                    Name = table.Column<string>(type: "text", nullable: false),
                    Value = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserTokens", x => new { x.UserId, x.LoginProvider, x.Name });
                    table.ForeignKey(
                        name: "FK_AspNetUserTokens_account_UserId",
                        column: x => x.UserId,
                        principalTable: "account",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "agenda_centre_readiness",
                columns: table => new
                {
                    DataKind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    HasData = table.Column<bool>(type: "boolean", nullable: false),
                    WantsToLabel = table.Column<bool>(type: "boolean", nullable: false),
                    HasExperience = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_agenda_centre_readiness", x => new { x.CentreId, x.DataKind });
                    table.ForeignKey(
                        name: "FK_agenda_centre_readiness_agenda_reference_centre_CentreId",
                        column: x => x.CentreId,
                        principalTable: "agenda_reference_centre",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_score",
                columns: table => new
                {
                    SubmissionId = table.Column<Guid>(type: "uuid", nullable: false),
                    CompetitionId = table.Column<Guid>(type: "uuid", nullable: false),
                    ScoredAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    SubmissionEvidence = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_score", x => x.SubmissionId);
                    table.ForeignKey(
                        name: "FK_competition_score_competition_submission_SubmissionId",
                        column: x => x.SubmissionId,
                        principalTable: "competition_submission",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_case",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    CaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Label = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    BatchId = table.Column<Guid>(type: "uuid", nullable: false),
                    ContentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Level = table.Column<int>(type: "integer", nullable: false),
                    CentreId = table.Column<Guid>(type: "uuid", nullable: false),
                    Stratum = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    ReadersWanted = table.Column<int>(type: "integer", nullable: false),
                    MostReaders = table.Column<int>(type: "integer", nullable: false),
                    PatientPseudonym = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Priority = table.Column<int>(type: "integer", nullable: false),
                    DueAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    IsGold = table.Column<bool>(type: "boolean", nullable: false),
                    AsideAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    AsideReason = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    ChangedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_case", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_case_labelling_project_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "labelling_project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_import",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: true),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Format = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    FileName = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    OptionsJson = table.Column<string>(type: "text", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    FinishedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    UploadMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: true),
                    JobId = table.Column<Guid>(type: "uuid", nullable: true),
                    Cases = table.Column<int>(type: "integer", nullable: false),
                    Taken = table.Column<int>(type: "integer", nullable: false),
                    Left = table.Column<int>(type: "integer", nullable: false),
                    TakenMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: true),
                    LeftMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_import", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_import_labelling_project_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "labelling_project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_lot",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    Level = table.Column<int>(type: "integer", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Size = table.Column<int>(type: "integer", nullable: false),
                    SampleSize = table.Column<int>(type: "integer", nullable: false),
                    AcceptanceNumber = table.Column<int>(type: "integer", nullable: false),
                    Seed = table.Column<Guid>(type: "uuid", nullable: false),
                    Arrived = table.Column<int>(type: "integer", nullable: false),
                    Judged = table.Column<int>(type: "integer", nullable: false),
                    Errors = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    OpenedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    DecidedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_lot", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_lot_labelling_project_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "labelling_project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_project_member",
                columns: table => new
                {
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Mode = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Level = table.Column<int>(type: "integer", nullable: false),
                    Standing = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_project_member", x => new { x.ProjectId, x.AccountId });
                    table.ForeignKey(
                        name: "FK_labelling_project_member_labelling_project_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "labelling_project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_validation_rules",
                columns: table => new
                {
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ReasonsJson = table.Column<string>(type: "text", nullable: false),
                    ResultsShown = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Revision = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_validation_rules", x => x.ProjectId);
                    table.ForeignKey(
                        name: "FK_labelling_validation_rules_labelling_project_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "labelling_project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_case_score",
                columns: table => new
                {
                    SubmissionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Split = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Result = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_case_score", x => new { x.SubmissionId, x.Name });
                    table.ForeignKey(
                        name: "FK_competition_case_score_competition_score_SubmissionId",
                        column: x => x.SubmissionId,
                        principalTable: "competition_score",
                        principalColumn: "SubmissionId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "competition_metric_score",
                columns: table => new
                {
                    SubmissionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Split = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Metric = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    Value = table.Column<double>(type: "double precision", nullable: true),
                    Low = table.Column<double>(type: "double precision", nullable: true),
                    High = table.Column<double>(type: "double precision", nullable: true),
                    Cases = table.Column<int>(type: "integer", nullable: false),
                    Patients = table.Column<int>(type: "integer", nullable: false),
                    UndefinedReplicates = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_competition_metric_score", x => new { x.SubmissionId, x.Split, x.Metric });
                    table.ForeignKey(
                        name: "FK_competition_metric_score_competition_score_SubmissionId",
                        column: x => x.SubmissionId,
                        principalTable: "competition_score",
                        principalColumn: "SubmissionId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_gold",
                columns: table => new
                {
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    IsTraining = table.Column<bool>(type: "boolean", nullable: false),
                    DocumentMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DocumentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SchemaVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    ConsensusId = table.Column<Guid>(type: "uuid", nullable: true),
                    AddedBy = table.Column<Guid>(type: "uuid", nullable: false),
                    AddedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    RetiredAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_gold", x => x.ProjectCaseId);
                    table.ForeignKey(
                        name: "FK_labelling_gold_labelling_case_ProjectCaseId",
                        column: x => x.ProjectCaseId,
                        principalTable: "labelling_case",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_prelabel",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    SourceName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Origin = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    SchemaVersionId = table.Column<Guid>(type: "uuid", nullable: true),
                    DocumentMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DocumentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    DocumentSize = table.Column<long>(type: "bigint", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_prelabel", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_prelabel_labelling_case_ProjectCaseId",
                        column: x => x.ProjectCaseId,
                        principalTable: "labelling_case",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_reading",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    CaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    Mode = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Slot = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    Pass = table.Column<int>(type: "integer", nullable: false),
                    BlindRevision = table.Column<int>(type: "integer", nullable: true),
                    OfferedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ChangedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    MayDraw = table.Column<bool>(type: "boolean", nullable: false),
                    OfferedRevision = table.Column<int>(type: "integer", nullable: false),
                    FinishedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Purpose = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    DueAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ReservedMinutes = table.Column<int>(type: "integer", nullable: true),
                    ReservedUntil = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LeftAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ReasonLeft = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    SkipReason = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    SkipText = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_reading", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_reading_labelling_case_ProjectCaseId",
                        column: x => x.ProjectCaseId,
                        principalTable: "labelling_case",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_lot_case",
                columns: table => new
                {
                    LotId = table.Column<Guid>(type: "uuid", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    ProjectCaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Level = table.Column<int>(type: "integer", nullable: false),
                    IsSampled = table.Column<bool>(type: "boolean", nullable: false),
                    IsWidened = table.Column<bool>(type: "boolean", nullable: false),
                    IsGood = table.Column<bool>(type: "boolean", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_lot_case", x => new { x.LotId, x.Position });
                    table.ForeignKey(
                        name: "FK_labelling_lot_case_labelling_lot_LotId",
                        column: x => x.LotId,
                        principalTable: "labelling_lot",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_pending",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    SchemaVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Class = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    PartJson = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_pending", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_pending_labelling_reading_ReadingId",
                        column: x => x.ReadingId,
                        principalTable: "labelling_reading",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_revision",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    DocumentMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DocumentSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    DocumentSize = table.Column<long>(type: "bigint", nullable: false),
                    SchemaVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    CaseSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SavedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_revision", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_revision_labelling_reading_ReadingId",
                        column: x => x.ReadingId,
                        principalTable: "labelling_reading",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "labelling_side_draft",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ReadingId = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    BaseRevision = table.Column<int>(type: "integer", nullable: false),
                    Refusal = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    DocumentMd5 = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    DocumentSize = table.Column<long>(type: "bigint", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_labelling_side_draft", x => x.Id);
                    table.ForeignKey(
                        name: "FK_labelling_side_draft_labelling_reading_ReadingId",
                        column: x => x.ReadingId,
                        principalTable: "labelling_reading",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "EmailIndex",
                table: "account",
                column: "NormalizedEmail");

            migrationBuilder.CreateIndex(
                name: "IX_account_OrganisationId",
                table: "account",
                column: "OrganisationId");

            migrationBuilder.CreateIndex(
                name: "UserNameIndex",
                table: "account",
                column: "NormalizedUserName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_agenda_clinical_task_Priority",
                table: "agenda_clinical_task",
                column: "Priority");

            migrationBuilder.CreateIndex(
                name: "IX_agenda_reference_centre_Code",
                table: "agenda_reference_centre",
                column: "Code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_agenda_reference_centre_OrganisationId",
                table: "agenda_reference_centre",
                column: "OrganisationId");

            migrationBuilder.CreateIndex(
                name: "IX_archive_batch_CentreId",
                table: "archive_batch",
                column: "CentreId");

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_BatchId",
                table: "archive_case",
                column: "BatchId");

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_CentreId_Number",
                table: "archive_case",
                columns: new[] { "CentreId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_Label",
                table: "archive_case",
                column: "Label",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_PatientPseudonym",
                table: "archive_case",
                column: "PatientPseudonym");

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_StudyDate",
                table: "archive_case",
                column: "StudyDate");

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_StudyInstanceUid",
                table: "archive_case",
                column: "StudyInstanceUid");

            migrationBuilder.CreateIndex(
                name: "IX_archive_incoming_file_BatchId_ContentHmac",
                table: "archive_incoming_file",
                columns: new[] { "BatchId", "ContentHmac" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_instance_ArchivedUid",
                table: "archive_instance",
                column: "ArchivedUid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_instance_BatchId_SopInstanceUid",
                table: "archive_instance",
                columns: new[] { "BatchId", "SopInstanceUid" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_instance_CaseId",
                table: "archive_instance",
                column: "CaseId");

            migrationBuilder.CreateIndex(
                name: "IX_archive_instance_SeriesInstanceUid",
                table: "archive_instance",
                column: "SeriesInstanceUid");

            migrationBuilder.CreateIndex(
                name: "IX_archive_quarantined_file_BatchId_SopInstanceUid",
                table: "archive_quarantined_file",
                columns: new[] { "BatchId", "SopInstanceUid" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_series_CaseId",
                table: "archive_series",
                column: "CaseId");

            migrationBuilder.CreateIndex(
                name: "IX_archive_series_Reading",
                table: "archive_series",
                column: "Reading");

            migrationBuilder.CreateIndex(
                name: "IX_archive_series_SeriesInstanceUid",
                table: "archive_series",
                column: "SeriesInstanceUid");

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_CentreId_State",
                table: "archive_workitem",
                columns: new[] { "CentreId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_Uid",
                table: "archive_workitem",
                column: "Uid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_subscription_Subscriber_Workitem",
                table: "archive_workitem_subscription",
                columns: new[] { "Subscriber", "Workitem" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_subscription_Workitem",
                table: "archive_workitem_subscription",
                column: "Workitem");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserClaims_UserId",
                table: "AspNetUserClaims",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserLogins_UserId",
                table: "AspNetUserLogins",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_audit_entry_AccountId",
                table: "audit_entry",
                column: "AccountId");

            migrationBuilder.CreateIndex(
                name: "IX_audit_entry_ObjectKind_ObjectId",
                table: "audit_entry",
                columns: new[] { "ObjectKind", "ObjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_entry_PreviousHash",
                table: "audit_entry",
                column: "PreviousHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_competition_State",
                table: "competition",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_competition_invitation_AccountId",
                table: "competition_invitation",
                column: "AccountId");

            migrationBuilder.CreateIndex(
                name: "IX_competition_invitation_TeamId_AccountId",
                table: "competition_invitation",
                columns: new[] { "TeamId", "AccountId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_competition_score_CompetitionId",
                table: "competition_score",
                column: "CompetitionId");

            migrationBuilder.CreateIndex(
                name: "IX_competition_submission_CompetitionId_State",
                table: "competition_submission",
                columns: new[] { "CompetitionId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_competition_submission_TeamId_Day_Ordinal",
                table: "competition_submission",
                columns: new[] { "TeamId", "Day", "Ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_competition_team_CompetitionId_NameKey",
                table: "competition_team",
                columns: new[] { "CompetitionId", "NameKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_competition_team_member_TeamId",
                table: "competition_team_member",
                column: "TeamId");

            migrationBuilder.CreateIndex(
                name: "IX_dataset_Slug",
                table: "dataset",
                column: "Slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_dataset_case_VersionId_CaseId",
                table: "dataset_case",
                columns: new[] { "VersionId", "CaseId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_dataset_file_Md5",
                table: "dataset_file",
                column: "Md5");

            migrationBuilder.CreateIndex(
                name: "IX_dataset_version_DatasetId_Number",
                table: "dataset_version",
                columns: new[] { "DatasetId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_evidence_record_Kind_Subject",
                table: "evidence_record",
                columns: new[] { "Kind", "Subject" });

            migrationBuilder.CreateIndex(
                name: "IX_evidence_record_Sha256",
                table: "evidence_record",
                column: "Sha256");

            migrationBuilder.CreateIndex(
                name: "IX_job_State",
                table: "job",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_job_SubjectKind_SubjectId",
                table: "job",
                columns: new[] { "SubjectKind", "SubjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_activity_AccountId_From",
                table: "labelling_activity",
                columns: new[] { "AccountId", "From" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_activity_ProjectId",
                table: "labelling_activity",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_activity_ReadingId",
                table: "labelling_activity",
                column: "ReadingId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_case_ProjectId_CaseId_IsGold",
                table: "labelling_case",
                columns: new[] { "ProjectId", "CaseId", "IsGold" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_case_ProjectId_State",
                table: "labelling_case",
                columns: new[] { "ProjectId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_case_digest_ProjectId_Doubt",
                table: "labelling_case_digest",
                columns: new[] { "ProjectId", "Doubt" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_case_item_ProjectId_Kind_Item_Week",
                table: "labelling_case_item",
                columns: new[] { "ProjectId", "Kind", "Item", "Week" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_class_confusion_ProjectId",
                table: "labelling_class_confusion",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_comment_ProjectCaseId",
                table: "labelling_comment",
                column: "ProjectCaseId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_comparison_ProjectCaseId_Round",
                table: "labelling_comparison",
                columns: new[] { "ProjectCaseId", "Round" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_comparison_ProjectId",
                table: "labelling_comparison",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_consensus_ProjectCaseId_Number",
                table: "labelling_consensus",
                columns: new[] { "ProjectCaseId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_decision_ComparisonId",
                table: "labelling_decision",
                column: "ComparisonId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_decision_ReadingId_Revision",
                table: "labelling_decision",
                columns: new[] { "ReadingId", "Revision" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_exam_AccountId",
                table: "labelling_exam",
                column: "AccountId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_export_ReleaseId",
                table: "labelling_export",
                column: "ReleaseId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_given_rating_ProjectId_Question",
                table: "labelling_given_rating",
                columns: new[] { "ProjectId", "Question" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_gold_ProjectId",
                table: "labelling_gold",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_gold_score_ProjectCaseId",
                table: "labelling_gold_score",
                column: "ProjectCaseId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_gold_score_ProjectId_AccountId",
                table: "labelling_gold_score",
                columns: new[] { "ProjectId", "AccountId" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_import_ProjectId",
                table: "labelling_import",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_import_ReadingId",
                table: "labelling_import",
                column: "ReadingId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_lot_ProjectId_Level_Number",
                table: "labelling_lot",
                columns: new[] { "ProjectId", "Level", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_lot_case_ProjectCaseId_Level",
                table: "labelling_lot_case",
                columns: new[] { "ProjectCaseId", "Level" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_pending_ReadingId",
                table: "labelling_pending",
                column: "ReadingId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_prelabel_ProjectCaseId",
                table: "labelling_prelabel",
                column: "ProjectCaseId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_project_NormalizedName",
                table: "labelling_project",
                column: "NormalizedName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_project_SchemaVersionId",
                table: "labelling_project",
                column: "SchemaVersionId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_project_member_AccountId",
                table: "labelling_project_member",
                column: "AccountId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_qualification_AccountId_Since",
                table: "labelling_qualification",
                columns: new[] { "AccountId", "Since" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reader_item_AccountId",
                table: "labelling_reader_item",
                column: "AccountId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reader_item_ProjectCaseId",
                table: "labelling_reader_item",
                column: "ProjectCaseId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reader_item_ProjectId_AccountId",
                table: "labelling_reader_item",
                columns: new[] { "ProjectId", "AccountId" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reading_AccountId_CaseId",
                table: "labelling_reading",
                columns: new[] { "AccountId", "CaseId" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reading_ProjectCaseId_Mode_Slot",
                table: "labelling_reading",
                columns: new[] { "ProjectCaseId", "Mode", "Slot" },
                unique: true,
                filter: "\"LeftAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reading_ProjectId_AccountId",
                table: "labelling_reading",
                columns: new[] { "ProjectId", "AccountId" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reading_ProjectId_CaseId_AccountId",
                table: "labelling_reading",
                columns: new[] { "ProjectId", "CaseId", "AccountId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_reading_ProjectId_State",
                table: "labelling_reading",
                columns: new[] { "ProjectId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_labelling_release_ProjectId_Number",
                table: "labelling_release",
                columns: new[] { "ProjectId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_revision_ReadingId_Number",
                table: "labelling_revision",
                columns: new[] { "ReadingId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_schema_NormalizedName",
                table: "labelling_schema",
                column: "NormalizedName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_schema_version_SchemaId_Number",
                table: "labelling_schema_version",
                columns: new[] { "SchemaId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_side_draft_ReadingId",
                table: "labelling_side_draft",
                column: "ReadingId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_source_score_ConsensusId_AccountId_Pass",
                table: "labelling_source_score",
                columns: new[] { "ConsensusId", "AccountId", "Pass" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_source_score_ProjectId",
                table: "labelling_source_score",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_labelling_verdict_ConsensusId_Level",
                table: "labelling_verdict",
                columns: new[] { "ConsensusId", "Level" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_labelling_verdict_ProjectCaseId",
                table: "labelling_verdict",
                column: "ProjectCaseId");

            migrationBuilder.CreateIndex(
                name: "IX_organisation_NormalizedName",
                table: "organisation",
                column: "NormalizedName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_outbox_message_NextAttemptAt",
                table: "outbox_message",
                column: "NextAttemptAt");

            migrationBuilder.CreateIndex(
                name: "IX_personal_access_token_AccountId",
                table: "personal_access_token",
                column: "AccountId");

            migrationBuilder.CreateIndex(
                name: "IX_personal_access_token_SecretSha256",
                table: "personal_access_token",
                column: "SecretSha256",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_solution_CompetitionId",
                table: "solution",
                column: "CompetitionId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_solution_stage_gate_SolutionId_Stage",
                table: "solution_stage_gate",
                columns: new[] { "SolutionId", "Stage" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "account_role");

            migrationBuilder.DropTable(
                name: "agenda_centre_readiness");

            migrationBuilder.DropTable(
                name: "agenda_clinical_task");

            migrationBuilder.DropTable(
                name: "archive_batch_action");

            migrationBuilder.DropTable(
                name: "archive_centre_key");

            migrationBuilder.DropTable(
                name: "archive_centre_profile");

            migrationBuilder.DropTable(
                name: "archive_incoming_file");

            migrationBuilder.DropTable(
                name: "archive_instance");

            migrationBuilder.DropTable(
                name: "archive_series");

            migrationBuilder.DropTable(
                name: "archive_shown_frames");

            migrationBuilder.DropTable(
                name: "archive_workitem");

            migrationBuilder.DropTable(
                name: "archive_workitem_subscription");

            migrationBuilder.DropTable(
                name: "AspNetUserClaims");

            migrationBuilder.DropTable(
                name: "AspNetUserLogins");

            migrationBuilder.DropTable(
                name: "AspNetUserTokens");

            migrationBuilder.DropTable(
                name: "audit_entry");

            migrationBuilder.DropTable(
                name: "competition_case");

            migrationBuilder.DropTable(
                name: "competition_case_score");

            migrationBuilder.DropTable(
                name: "competition_invitation");

            migrationBuilder.DropTable(
                name: "competition_metric_score");

            migrationBuilder.DropTable(
                name: "competition_team_member");

            migrationBuilder.DropTable(
                name: "DataProtectionKeys");

            migrationBuilder.DropTable(
                name: "dataset_admission");

            migrationBuilder.DropTable(
                name: "dataset_case");

            migrationBuilder.DropTable(
                name: "dataset_file");

            migrationBuilder.DropTable(
                name: "evidence_record");

            migrationBuilder.DropTable(
                name: "job");

            migrationBuilder.DropTable(
                name: "labelling_activity");

            migrationBuilder.DropTable(
                name: "labelling_case_digest");

            migrationBuilder.DropTable(
                name: "labelling_case_item");

            migrationBuilder.DropTable(
                name: "labelling_class_confusion");

            migrationBuilder.DropTable(
                name: "labelling_comment");

            migrationBuilder.DropTable(
                name: "labelling_comparison");

            migrationBuilder.DropTable(
                name: "labelling_consensus");

            migrationBuilder.DropTable(
                name: "labelling_decision");

            migrationBuilder.DropTable(
                name: "labelling_exam");

            migrationBuilder.DropTable(
                name: "labelling_expert");

            migrationBuilder.DropTable(
                name: "labelling_export");

            migrationBuilder.DropTable(
                name: "labelling_given_rating");

            migrationBuilder.DropTable(
                name: "labelling_gold");

            migrationBuilder.DropTable(
                name: "labelling_gold_score");

            migrationBuilder.DropTable(
                name: "labelling_import");

            migrationBuilder.DropTable(
                name: "labelling_lot_case");

            migrationBuilder.DropTable(
                name: "labelling_mask");

            migrationBuilder.DropTable(
                name: "labelling_pending");

            migrationBuilder.DropTable(
                name: "labelling_prelabel");

            migrationBuilder.DropTable(
                name: "labelling_project_member");

            migrationBuilder.DropTable(
                name: "labelling_qualification");

            migrationBuilder.DropTable(
                name: "labelling_reader_item");

            migrationBuilder.DropTable(
                name: "labelling_released_case");

            migrationBuilder.DropTable(
                name: "labelling_revision");

            migrationBuilder.DropTable(
                name: "labelling_sealed_file");

            migrationBuilder.DropTable(
                name: "labelling_sealed_support");

            migrationBuilder.DropTable(
                name: "labelling_side_draft");

            migrationBuilder.DropTable(
                name: "labelling_source_score");

            migrationBuilder.DropTable(
                name: "labelling_validation_rules");

            migrationBuilder.DropTable(
                name: "labelling_verdict");

            migrationBuilder.DropTable(
                name: "outbox_message");

            migrationBuilder.DropTable(
                name: "personal_access_token");

            migrationBuilder.DropTable(
                name: "solution_stage_gate");

            migrationBuilder.DropTable(
                name: "stored_object");

            migrationBuilder.DropTable(
                name: "agenda_reference_centre");

            migrationBuilder.DropTable(
                name: "archive_case");

            migrationBuilder.DropTable(
                name: "archive_quarantined_file");

            migrationBuilder.DropTable(
                name: "account");

            migrationBuilder.DropTable(
                name: "competition_score");

            migrationBuilder.DropTable(
                name: "dataset_version");

            migrationBuilder.DropTable(
                name: "labelling_lot");

            migrationBuilder.DropTable(
                name: "labelling_release");

            migrationBuilder.DropTable(
                name: "labelling_reading");

            migrationBuilder.DropTable(
                name: "solution");

            migrationBuilder.DropTable(
                name: "archive_batch");

            migrationBuilder.DropTable(
                name: "organisation");

            migrationBuilder.DropTable(
                name: "competition_submission");

            migrationBuilder.DropTable(
                name: "dataset");

            migrationBuilder.DropTable(
                name: "labelling_case");

            migrationBuilder.DropTable(
                name: "competition_team");

            migrationBuilder.DropTable(
                name: "labelling_project");

            migrationBuilder.DropTable(
                name: "competition");

            migrationBuilder.DropTable(
                name: "labelling_schema_version");

            migrationBuilder.DropTable(
                name: "labelling_schema");
        }
    }
}
